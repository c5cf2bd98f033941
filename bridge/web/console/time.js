// Times and names as people read them.

export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const tail = `${String(Math.floor(s / 60) % 60).padStart(s < 3600 ? 1 : 2, "0")}:${String(s % 60).padStart(2, "0")}`;
  return s < 3600 ? tail : `${Math.floor(s / 3600)}:${tail}`;
}

export const spoken = (name) => String(name ?? "").replaceAll("_", " ");
export const capital = (text) => text ? text[0].toUpperCase() + text.slice(1) : "";
export const counted = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
export const percent = (share) => `${Math.round(100 * share)} %`;

const REASONS = {
  explicit_request: "Asked for a person", bot_limit: "Beyond what the assistant may do", dtmf: "Pressed 0",
  repeated_failure: "The assistant failed repeatedly", no_progress: "No progress", sensitive: "Sensitive matter",
  complaint_or_dispute: "Complaint", cancellation: "Wants to cancel", frustration: "Frustrated",
  low_confidence: "The assistant was unsure", out_of_scope: "Outside the assistant's scope",
  complexity: "Complex matter", negotiation: "Wants to negotiate", silence: "Fell silent",
};
export const reason = (key) => REASONS[key] ?? capital(spoken(key));

const OUTCOMES = { returned_to_bot: "Back to the assistant", transferred_unconfirmed: "Transferred, unconfirmed" };
export const outcome = (key) => OUTCOMES[key] ?? capital(spoken(key));

const STATES = {
  proposed: "escalating", choosing: "finding a colleague", waiting: "waiting for a colleague",
  dialing: "ringing", briefing: "hearing the brief", offered: "deciding", joining: "joining",
  referring: "being transferred", releasing: "being transferred", sending: "being transferred",
  connected: "talking", wrap_up: "wrapping up", returned: "back with the assistant",
};
export const stage = (state) => STATES[state] ?? (state ? `with the assistant, ${spoken(state).toLowerCase()}` : "with the assistant");
export const SPEAKERS = { caller: "Caller", bot: "Assistant", agent: "Agent" };
