// An open page asks whether all it shows is still open to its reader. When not, it shows nothing any
// more but what she typed herself. Without this script a page tells so when it is loaded again.
"use strict";

const blad = document.querySelector("main[data-nog-open]");
const ELKE = 750; // milliseconds
const { nogOpen, formulier, doel, delen } = blad.dataset;
const vraag = new URLSearchParams({ formulier, doel, delen });
let bezig = false;

async function kijk() {
  if (bezig || document.hidden) return;
  bezig = true;
  try {
    const antwoord = await fetch(nogOpen, { method: "POST", body: vraag });
    if (antwoord.status === 205) sluit();
  } catch {
    // No connection: nothing can be told, and what somebody is typing stays.
  } finally {
    bezig = false;
  }
}

function sluit() {
  clearInterval(wekker);
  const getypt = [...blad.querySelectorAll("textarea, input:not([type])")]
    .filter((veld) => veld.value !== veld.defaultValue)
    .map((veld) => [...veld.labels, veld]); // a label is found while it stands in the page
  blad.replaceChildren(document.getElementById("dicht").content.cloneNode(true));
  const rest = blad.querySelector("section");
  rest.hidden = getypt.length === 0;
  for (const veld of getypt.flat()) {
    veld.readOnly = true;
    rest.append(veld);
  }
  blad.querySelector("h1").focus();
}

const wekker = setInterval(kijk, ELKE);
document.addEventListener("visibilitychange", kijk);
