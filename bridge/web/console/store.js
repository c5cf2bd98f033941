// What this page knows: the last snapshot with every delta laid over it. Nothing here touches the document.

export const state = {
  link: "connecting", // connecting, open, lost, refused
  me: null,
  setup: { dispositions: [], wrap_up_s: 30, ring_s: 25 },
  agents: [],
  calls: new Map(),
  past: [], // calls that went from this page, newest first
  board: null,
  phone: null, // the page's own audio, once phone.js is there: see phone.js
  view: "desk", // desk, floor, board
  chosen: null, // the call shown, where there is a choice
  sheet: null, // transfer
  toast: "",
  kept: new Map(), // wrap-up texts by handoff, as typed
  sent: new Map(), // wrap-up texts by handoff, as the bridge has saved them
};

const listeners = new Set();
let due = false;

export const subscribe = (listener) => listeners.add(listener);

// Redrawn once for all that happens in one turn.
export function changed() {
  if (due) return;
  due = true;
  queueMicrotask(() => { due = false; for (const listener of listeners) listener(); });
}

export function set(fields) { Object.assign(state, fields); changed(); }

let fading;
export function say(text) {
  set({ toast: text });
  clearTimeout(fading);
  fading = setTimeout(() => set({ toast: "" }), 5000);
}

// Seconds of a call's own clock, now.
export const clock = (call) => call.now_s + (performance.now() - call.seen_ms) / 1000;

function timed(call) { call.seen_ms = performance.now(); return call; }

const takes = {
  snapshot(m) {
    const before = state.calls;
    state.me = m.me; state.setup = m.setup; state.agents = m.agents; state.board = m.board;
    state.calls = new Map(m.calls.map((call) => [call.id, timed({ partials: {}, ...call })]));
    for (const [id, call] of before) if (!state.calls.has(id)) leave(call);
    state.link = "open";
  },
  call(m) {
    const call = state.calls.get(m.id) ?? { id: m.id, utterances: [], partials: {} };
    const was = call.state;
    Object.assign(call, m.set);
    if ("now_s" in m.set) timed(call);
    if (call.state !== was && state.sheet) state.sheet = null;
    state.calls.set(m.id, call);
  },
  said(m) {
    const call = state.calls.get(m.id);
    if (!call) return;
    call.utterances = [...call.utterances, m.utterance].sort((a, b) => a.start_s - b.start_s);
    delete call.partials[m.utterance.speaker];
  },
  saying(m) {
    const call = state.calls.get(m.id);
    if (call) call.partials[m.speaker] = m.text;
  },
  gone(m) {
    const call = state.calls.get(m.id);
    if (call) { leave(call, m.why); state.calls.delete(m.id); }
  },
  agents(m) { state.agents = m.agents; },
  board(m) { state.board = m.board; },
  drafted(m) { state.sent.set(m.handoff, m.draft); },
  answer(m) { if (m.code !== "accepted") say(m.message || m.code); },
};

function leave(call, why) {
  state.past = [{ ...call, why, at: new Date() }, ...state.past].slice(0, 20);
  if (why === "passed_on" && mine(call)) say("Passed on. Your colleague has the same brief and your note.");
}

export function take(message) {
  if (message.type in takes) takes[message.type](message);
  changed();
}

// -- what the views ask

export const mine = (call) => Boolean(state.me?.agent) && call.agent === state.me.agent;
export const supervising = () => ["supervisor", "admin"].includes(state.me?.role);
export const myself = () => state.agents.find((agent) => agent.id === state.me?.agent);

// Agents have their desk, who only looks on the wallboard; supervisors choose.
export const view = () => supervising() ? state.view : state.me?.role === "readonly" ? "board" : "desk";

// The one task of this agent: a call that is his and not over.
export const task = () => [...state.calls.values()].find((call) => mine(call) && phase(call));

const PHASES = {
  dialing: "ringing", briefing: "whispering", offered: "whispering", joining: "joining", referring: "leaving",
  connected: "connected", releasing: "leaving", wrap_up: "wrap_up", returned: "wrap_up",
};
export const phase = (call) => PHASES[call?.state] ?? null;
