// The header: who you are, whether you take calls, whether the line to the bridge stands.
import { html } from "./vendor/preact-htm.js";
import { presence } from "./link.js";
import { Chip, Icon } from "./parts.js";
import { openShortcuts } from "./notices.js";
import { myself, set, state, supervising } from "./store.js";
import { turnTheme } from "./theme.js";

const PRESENCE = [["", "Available"], ["break", "Away: break"], ["lunch", "Away: lunch"], ["training", "Away: training"], ["other", "Away"]];
const VIEWS = [["desk", "My desk"], ["floor", "Floor"], ["board", "Wallboard"]];

export function Top() {
  const me = myself();
  return html`<header class="top">
    <span class="brand"><img src="/console/icon.svg" alt="" />Handoff</span>
    ${supervising() && html`<nav class="tabs" aria-label="Views">${VIEWS.map(([key, label]) => html`<button type="button" class="tab" aria-current=${state.view === key ? "page" : undefined} onClick=${() => set({ view: key })}>${label}</button>`)}</nav>`}
    <span class="push group">
      ${state.phone && html`<${Chip} tone=${state.phone.tested ? "good" : "warn"}>${state.phone.tested ? "Microphone tested" : "Microphone not tested"}<//>`}
      <${Chip} tone=${state.link === "open" ? "good" : "bad"}>${state.link === "open" ? "Connected" : "Reconnecting"}<//>
      ${me && html`<label class="group"><span class="hidden">Your presence</span>
        <select class="field" value=${me.state === "away" ? (PRESENCE.some(([key]) => key && key === me.reason) ? me.reason : "other") : ""} onChange=${(e) => presence(!e.target.value, e.target.value)}>
          ${PRESENCE.map(([key, label]) => html`<option value=${key}>${!key && ["busy", "wrap_up"].includes(me.state) ? me.state === "busy" ? "Available, in a call" : "Available, wrapping up" : label}</option>`)}</select></label>`}
      ${supervising() && html`<${DeskOf} />`}
      ${!supervising() && html`<strong>${me?.name || state.me.name}</strong>`}
      <button type="button" class="button bare" aria-label="Keyboard shortcuts" onClick=${openShortcuts}><${Icon} name="keys" /></button>
      <button type="button" class="button bare" aria-label="Light or dark" onClick=${turnTheme}><${Icon} name="moon" /></button>
    </span></header>`;
}

// Who may see all may also sit at anybody's desk.
function DeskOf() {
  const sit = (agent) => { const url = new URL(location.href); url.searchParams.set("agent", agent); if (!agent) url.searchParams.delete("agent"); location.assign(url); };
  return html`<label class="group"><span class="hidden">At the desk of</span><select class="field" value=${state.me.agent ?? ""} onChange=${(e) => sit(e.target.value)}>
    <option value="">${state.me.name}</option>${state.agents.map((agent) => html`<option value=${agent.id}>At the desk of ${agent.name || agent.id}</option>`)}</select></label>`;
}
