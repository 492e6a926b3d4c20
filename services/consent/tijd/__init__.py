"""What time does: tasks that wait, birthdays, the work of every day."""
