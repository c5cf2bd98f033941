// The wallboard: who waits now, and what became of today's handoffs.
import { html } from "./vendor/preact-htm.js";
import { bind } from "./keys.js";
import { useTick } from "./parts.js";
import { clock, state } from "./store.js";
import { outcome, percent, reason, span } from "./time.js";
import { Worth } from "./worth.js";

const WAITING = ["proposed", "choosing", "waiting", "dialing", "briefing", "offered", "joining", "sending"];
const LONG_S = 30;

export function Board() {
  bind({});
  useTick(1000);
  const board = state.board;
  if (!board) return html`<main class="page"><div><h1>Wallboard</h1><p class="soft">Nothing has been counted yet.</p></div></main>`;
  const waits = [...state.calls.values()].filter((call) => WAITING.includes(call.state)).map((call) => clock(call) - (call.escalation?.at_s ?? 0));
  const longest = Math.max(0, ...waits);
  const free = state.agents.filter((agent) => agent.state === "available").length;
  return html`<main class="page" aria-label="Wallboard"><div><h1>Wallboard</h1>
    <dl class="tiles">
      <${Tile} name="Waiting for a person" value=${waits.length} sub=${waits.length ? `longest ${span(longest)}` : "nobody"} warn=${longest > LONG_S} />
      <${Tile} name="Talking to a person" value=${[...state.calls.values()].filter((call) => call.state === "connected").length} />
      <${Tile} name="With the assistant" value=${[...state.calls.values()].filter((call) => !call.state || call.state === call.state.toUpperCase()).length} />
      <${Tile} name="Agents available" value=${free} sub=${`of ${state.agents.length}`} warn=${state.agents.length > 0 && free === 0} />
      <${Tile} name="Time to a person" value=${board.wait_s.p50 == null ? "–" : span(board.wait_s.p50)} sub=${board.wait_s.p90 == null ? "median" : `90 % within ${span(board.wait_s.p90)}`} />
      <${Tile} name="Reached a person" value=${board.handoffs ? percent(board.reached / board.handoffs) : "–"} sub=${`${board.reached} of ${board.handoffs} handoffs`} />
    </dl>
    <div class="two"><${Bars} title="Outcomes" counts=${board.outcomes} name=${outcome} /><${Bars} title="Why a person was needed" counts=${board.reasons} name=${reason} /></div>
    <${Worth} />
    <p class="soft">Since ${new Date(board.since).toLocaleString()}.</p></div></main>`;
}

const Tile = ({ name, value, sub, warn }) => html`<div class=${`tile ${warn ? "warn" : ""}`}><dt>${name}</dt><dd>${value}${sub && html`<small>${sub}</small>`}</dd></div>`;

function Bars({ title, counts, name }) {
  const rows = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  const most = Math.max(1, ...rows.map(([, n]) => n));
  return html`<section class="card"><h2>${title}</h2><ul class="bars">${rows.map(([key, n]) => html`<li><span>${name(key)}</span>
    <span class="rail" aria-hidden="true"><i style=${{ width: `${(100 * n) / most}%` }} /></span><span class="num">${n}</span></li>`)}</ul>
    ${!rows.length && html`<p class="soft">None yet.</p>`}</section>`;
}
