// The left column: the calls this page may see, and the colleagues.
import { html } from "./vendor/preact-htm.js";
import { Since } from "./task.js";
import { state } from "./store.js";
import { spoken, stage } from "./time.js";

const TONES = { available: "good", away: "", unreachable: "bad", busy: "accent", wrap_up: "warn" };

export function Calls({ task }) {
  const calls = [...state.calls.values()].filter((call) => call.state);
  return html`<nav class="left" aria-label="Calls and colleagues">
    <section class="section"><h2>Handoffs</h2>
      ${calls.length ? calls.map((call) => html`<${Item} key=${call.id} call=${call} current=${call === task} />`) : html`<p class="soft">None at the moment.</p>`}</section>
    <section class="section"><h2>Colleagues</h2><${People} /></section></nav>`;
}

const Item = ({ call, current }) => html`<div class="item" aria-current=${current ? "true" : undefined}>
  <strong>${stage(call.state)[0].toUpperCase() + stage(call.state).slice(1)}</strong><time><${Since} call=${call} from=${call.entered_s} /></time>
  <span class="why">${call.brief?.headline ?? "Brief being made"}</span></div>`;

export const People = () => html`<ul class="people">${state.agents.map((agent) => html`<li class="person"><span class=${`dot ${TONES[agent.state] ?? ""}`} aria-hidden="true" />
  ${agent.name || agent.id}<span class="state">${agent.state === "away" && agent.reason ? spoken(agent.reason) : spoken(agent.state)}</span></li>`)}</ul>`;
