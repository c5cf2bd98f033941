// Signing in, short notices, and the shortcuts.
import { html, useState } from "./vendor/preact-htm.js";
import { assign, keyOf, LABELS, pressedKey } from "./keys.js";
import { signIn } from "./link.js";
import { state } from "./store.js";

export const Notices = () => html`
  ${state.link === "lost" && html`<p class="banner" role="alert">The bridge cannot be reached. Your call goes on; this page comes back by itself.</p>`}
  ${state.toast && html`<p class="toast" role="status">${state.toast}</p>`}`;

export function SignIn() {
  const [token, write] = useState("");
  const [wrong, tell] = useState(false);
  const go = async (event) => { event.preventDefault(); tell(!(await signIn(token))); };
  return html`<main class="sign-in"><form class="card" onSubmit=${go}><h1 class="headline">Sign in</h1>
    <label class="label">Your token<input class="field" type="password" autocomplete="current-password" value=${token} onInput=${(e) => write(e.target.value)} /></label>
    ${wrong && html`<p role="alert" class="missing">This token is not known.</p>`}
    <button class="button main">Sign in</button></form></main>`;
}

export const openShortcuts = () => document.getElementById("shortcuts")?.showModal();

export const Shortcuts = () => html`<dialog id="shortcuts" aria-labelledby="shortcuts-title"><h1 id="shortcuts-title">Keyboard shortcuts</h1>
  <p class="soft">Select a field and press the key you want. Backspace switches a shortcut off.</p>
  <div class="keys">${Object.entries(LABELS).map(([name, label]) => html`<label for=${`key-${name}`}>${label}</label>
    <input class="field" id=${`key-${name}`} readonly value=${keyOf(name)} onKeyDown=${(event) => chosen(event, name)} />`)}</div>
  <form method="dialog"><button class="button main">Done</button></form></dialog>`;

function chosen(event, name) {
  if (["Tab", "Escape", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  event.preventDefault();
  assign(name, event.key === "Backspace" ? "" : pressedKey(event));
}
