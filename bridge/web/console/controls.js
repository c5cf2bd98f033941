// The bar under the task: what can be done now, each with its key.
import { html, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { order } from "./link.js";
import { bind } from "./keys.js";
import { Button, RingClock, useTick } from "./parts.js";
import { canAccept } from "./phone.js";
import { clock, phase, set, state } from "./store.js";

const BARS = { ringing: Ringing, whispering: Whispering, connected: Connected };

export function Controls({ call }) {
  const at = phase(call);
  const Bar = BARS[at];
  if (!Bar) { bind({}); return null; }
  return html`<footer class="controls" aria-label="Call controls"><${Bar} call=${call} /></footer>`;
}

const does = (verb, call, fields) => () => order(verb, call, fields);

function Ringing({ call }) {
  const here = canAccept(call);
  const accept = here ? () => state.phone.accept(call) : does("pick_up", call);
  const decline = does("decline", call);
  bind({ accept, decline });
  return html`<div class="row">
    <${Button} tone="main ringing" icon="phone" does="accept" onClick=${accept}>${here ? "Accept in browser" : "Accept"}<//>
    ${here && html`<${Button} icon="phone" onClick=${does("pick_up", call)}>Ring my desk phone<//>`}
    <${Button} does="decline" onClick=${decline}>Decline<//>
    ${call.picked_up && html`<span class="soft" role="status">Pick up your phone</span>`}
    <span class="push"><${Left} call=${call} /></span></div>`;
}

function Left({ call }) {
  useTick();
  const left = Math.max(0, call.entered_s + call.limit_s - clock(call));
  return html`<span class="count-down num" aria-hidden="true">${Math.ceil(left)} s<${RingClock} left=${left} of=${call.limit_s} /></span>`;
}

function Whispering({ call }) {
  const talk = does("talk", call), replay = does("replay", call), back = does("send_back", call);
  bind({ talk, replay, back, decline: does("decline", call) });
  return html`<div class="row">
    <${Button} tone="main" icon="phone" does="talk" onClick=${talk}>Talk to caller now<//>
    <${Button} icon="again" does="replay" onClick=${replay}>Replay<//>
    <${Button} icon="back" does="back" onClick=${back}>Send back to assistant<//>
    <span class="push"><${Left} call=${call} /></span></div>`;
}

function Connected({ call }) {
  const mute = does(call.mute ? "unmute" : "mute", call), hold = does(call.hold ? "resume" : "hold", call);
  const transfer = () => set({ sheet: state.sheet ? null : "transfer" });
  const end = does("end", call);
  bind({ mute, hold, transfer, back: null, end });
  return html`${state.sheet === "transfer" && html`<${Transfer} call=${call} />`}<div class="row">
    <${Button} icon="mic" does="mute" aria-pressed=${String(Boolean(call.mute))} onClick=${mute}>${call.mute ? "Unmute" : "Mute"}<//>
    <${Button} icon="pause" does="hold" aria-pressed=${String(Boolean(call.hold))} onClick=${hold}>${call.hold ? "Resume" : "Hold"}<//>
    <${Button} icon="pass" does="transfer" aria-expanded=${String(state.sheet === "transfer")} onClick=${transfer}>Transfer<//>
    <${Button} icon="back" onClick=${does("hand_back", call)}>Back to assistant<//>
    <span class="push"><${Button} tone="danger" icon="off" does="end" onClick=${end}>End<//></span></div>`;
}

// The caller hears comfort while the next colleague gets the same brief, and this note.
function Transfer({ call }) {
  const others = state.agents.filter((agent) => agent.id !== call.agent);
  const first = others.find((agent) => agent.state === "available") ?? others[0];
  const [to, choose] = useState(first?.id ?? "");
  const [note, write] = useState("");
  const field = useRef(null);
  useEffect(() => field.current?.focus(), []);
  const go = (event) => { event.preventDefault(); order("pass_on", call, { target: to, note }); set({ sheet: null }); };
  return html`<form class="sheet" aria-label="Transfer" onSubmit=${go}><div class="line">
    <label class="label">To<select class="field" value=${to} onChange=${(e) => choose(e.target.value)}>
      ${others.map((agent) => html`<option value=${agent.id}>${agent.name || agent.id} · ${agent.state.replace("_", " ")}</option>`)}</select></label>
    <label class="label grow">What should your colleague know?<input class="field" ref=${field} maxlength="300" value=${note} onInput=${(e) => write(e.target.value)} /></label>
    <button class="button main" disabled=${!to}>Transfer</button>
    <button type="button" class="button" onClick=${() => set({ sheet: null })}>Cancel</button></div></form>`;
}
