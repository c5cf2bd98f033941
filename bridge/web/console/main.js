// Begins, draws, and holds the frame: header, columns, notices.
import { html, render, useEffect, useState } from "./vendor/preact-htm.js";
import { Assist } from "./assist.js";
import { Board } from "./board.js";
import { Floor } from "./floor.js";
import { Calls } from "./list.js";
import { connect } from "./link.js";
import { Notices, Shortcuts, SignIn } from "./notices.js";
import { findPhone } from "./phone.js";
import { hush, ring } from "./ring.js";
import { phase, state, subscribe, task, view } from "./store.js";
import { Task } from "./task.js";
import { startTheme } from "./theme.js";
import { Top } from "./top.js";

function App() {
  const call = task();
  const at = phase(call);
  useEffect(() => { if (at === "ringing") ring("Incoming call"); else hush(); return hush; }, [at, call?.handoff]);
  if (state.link === "refused") return html`<${SignIn} />`;
  if (!state.me) return html`<div class="sign-in"><p class="soft" role="status">${state.link === "forbidden" ? "This sign-in may not use the console." : "Connecting…"}</p></div>`;
  return html`<div class="frame"><div><${Top} call=${call} /><${Notices} /></div>
    ${view() === "board" ? html`<${Board} />` : view() === "floor" ? html`<${Floor} />`
      : html`<div class="columns"><${Calls} task=${call} /><${Task} call=${call} /><${Assist} call=${call} /></div>`}
    <${Announcer} call=${call} at=${at} /><${Shortcuts} /></div>`;
}

// What a screen reader hears of a change of state; never a timer.
const TOLD = {
  ringing: (call) => `Incoming call. ${call.brief?.headline ?? ""}`, whispering: () => "The brief is spoken. Only you can hear it.",
  connected: () => "You are connected with the caller.", wrap_up: () => "The call is over. Wrap up.", leaving: () => "Handing the call over.",
};
const Announcer = ({ call, at }) => html`<p class="hidden" role="status" aria-live="assertive">${TOLD[at]?.(call) ?? ""}</p>`;

const root = document.getElementById("app");
const draw = () => render(html`<${App} />`, root);
startTheme();
subscribe(draw);
subscribe(() => { if (state.link === "open") findPhone(); });
connect();
draw();
