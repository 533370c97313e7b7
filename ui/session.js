// Warns before a session ends (WCAG 2.2, 2.2.1), on every page of whoever is signed in, and
// lets them go on without leaving the page. How long is left, the page's form says and the
// answer to it; other windows of the same browser tell each other. Without script the form
// is sent as any other, and the foot of the page says when the session ends.
"use strict";

const form = document.getElementById("stay");
const warning = document.getElementById("session-warning");

if (form && warning) {
  const text = warning.querySelector("p");
  const button = warning.querySelector("button");
  const windows = new BroadcastChannel("session");
  const warnFor = 5 * 60;
  let ends = 0, last = false, said = "";

  // holds takes how many seconds are left, and whether that is all that a sign-in may last.
  const holds = (left, isLast) => {
    ends = Date.now() + left * 1000;
    last = isLast;
  };

  const say = (words, stays) => {
    if (words === said) return;
    said = words;
    button.hidden = !stays;
    warning.hidden = words === "";
    text.textContent = words;
  };

  const look = () => {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (left > warnFor) return say("", false);
    if (left <= 0) return say("Your session has ended. What you wrote on this page can still be sent: it is kept until you have signed in again. Files and passwords are not.", false);
    const when = left > 60 ? "in less than " + Math.ceil(left / 60) + " minutes" : "in less than a minute";
    if (last) return say("You will be signed out " + when + ", because no sign-in lasts longer. Send what you are writing, then sign in again.", false);
    say("You will be signed out " + when + ", because nothing was done for a while.", true);
  };

  const stay = async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error("not signed in");
      const { left, last: isLast } = await answer.json();
      holds(left, isLast);
      windows.postMessage({ left, isLast });
      look();
      document.getElementById("main").focus({ preventScroll: true });
    } catch {
      say("You could not be kept signed in. Send what you are writing: it is kept until you have signed in again.", false);
    }
  };

  form.addEventListener("submit", stay);
  windows.onmessage = (event) => { holds(event.data.left, event.data.isLast); look(); };
  holds(Number(form.dataset.left), form.dataset.last === "yes");
  windows.postMessage({ left: Number(form.dataset.left), isLast: form.dataset.last === "yes" });
  look();
  setInterval(look, 1000);
}
