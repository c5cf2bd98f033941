// For supervisors: every conversation, and an ear, a word or a voice in the ones that talk.
import { html } from "./vendor/preact-htm.js";
import { order } from "./link.js";
import { bind } from "./keys.js";
import { Brief, Folds } from "./brief.js";
import { Chip } from "./parts.js";
import { set, state } from "./store.js";
import { People } from "./list.js";
import { Since } from "./task.js";
import { LiveLog } from "./transcript.js";
import { capital, counted, stage } from "./time.js";

const TONES = { connected: "good", waiting: "warn", choosing: "warn", dialing: "warn", wrap_up: "" };
const MODES = [["listen", "Listen", "You hear both; nobody hears you."], ["coach", "Coach", "The agent hears you, the caller doesn't."], ["barge", "Barge in", "Both hear you."]];

export function Floor() {
  bind({});
  const calls = [...state.calls.values()].sort((a, b) => rank(a) - rank(b));
  const chosen = state.calls.get(state.chosen) ?? null;
  return html`<div class="columns"><nav class="left" aria-label="Live conversations"><section class="section">
      <h2>${counted(calls.length, "conversation")}</h2>
      ${calls.map((call) => html`<${Row} key=${call.id} call=${call} chosen=${call === chosen} />`)}
      ${!calls.length && html`<p class="soft">Nobody is calling.</p>`}</section></nav>
    <main class="centre" aria-label="Conversation">${chosen ? html`<${Detail} key=${chosen.id} call=${chosen} />` : html`<${Nothing} />`}</main>
    <aside class="right" aria-label="Agents"><section class="section"><h2>Agents</h2><${People} /></section></aside></div>`;
}

const ORDER = ["waiting", "dialing", "choosing", "briefing", "offered", "connected"];
const WAITS = ["proposed", "choosing", "waiting", "dialing"];
const rank = (call) => { const n = ORDER.indexOf(call.state); return n < 0 ? ORDER.length : n; };

const Row = ({ call, chosen }) => html`<button type="button" class="item" aria-current=${chosen ? "true" : undefined} onClick=${() => set({ chosen: call.id })}>
  <strong>${nameOf(call.agent) || (WAITS.includes(call.state) ? "Waiting caller" : "Assistant")}</strong><time><${Since} call=${call} from=${call.entered_s ?? 0} /></time>
  <span class="why">${capital(stage(call.state))}${call.brief ? `. ${call.brief.headline}` : ""}</span></button>`;

const nameOf = (id) => state.agents.find((agent) => agent.id === id)?.name || id;

const Nothing = () => html`<div class="scroll"><div class="stack full"><div class="calm"><h1>Choose a conversation</h1>
  <p>You see what is said as it is said. To hear it, your own phone is called.</p></div></div></div>`;

function Detail({ call }) {
  const talking = ["connected", "releasing"].includes(call.state);
  return html`<div class="scroll"><div class="stack full">
      <div class="eyebrow"><h1 class="hidden">Conversation with ${nameOf(call.agent) || "the assistant"}</h1><${Chip} tone=${TONES[call.state] ?? ""}>${capital(stage(call.state))}<//>
        ${call.agent && html`<span>${nameOf(call.agent)}</span>`}${call.hold && html`<${Chip} tone="warn">On hold<//>`}
        <span class="push"><${Since} call=${call} from=${0} /></span></div>
      ${call.brief && html`<details class="folds"><summary><span>${call.brief.headline}</span></summary><div class="inside"><${Brief} call=${call} /><${Folds} call=${call} transcript=${false} /></div></details>`}
      <${LiveLog} call=${call} joined_s=${undefined} /></div></div>
    <footer class="controls" aria-label="Supervision"><div class="row">${talking ? html`<${Supervise} call=${call} />` : html`<span class="soft">Caller and agent are not talking: there is nothing to listen to yet.</span>`}</div></footer>`;
}

function Supervise({ call }) {
  const now = call.supervision;
  const said = !state.me.telephone ? "No phone of yours is configured (supervisors in the configuration)."
    : !now ? "Your phone will ring." : now.up ? MODES.find(([mode]) => mode === now.mode)?.[2] : "Your phone is ringing.";
  return html`${MODES.map(([mode, label]) => html`<button type="button" class="button" disabled=${!state.me.telephone} aria-pressed=${String(now?.mode === mode)} onClick=${() => order("supervise", call, { mode })}>${label}</button>`)}
    ${now && html`<button type="button" class="button danger" onClick=${() => order("leave", call)}>Leave</button>`}<span class="soft push">${said}</span>`;
}
