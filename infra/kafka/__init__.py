"""Kafka: sending the records of one source, reading them as a feed, making and guarding topics.
The only room that imports kafka-python; why it is treated with such care is in each file."""
