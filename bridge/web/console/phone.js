// The page's own audio. A module `/console/browser_phone.js` may keep this contract; without it calls ring on the
// agent's telephone only:
//   start({send, changed}) -> {tested, microphone, accept(call), hangUp(call), take(message)}
// `tested`: microphone and way to the bridge have been tried, so a call may be accepted here. `take` is given every
// message whose type begins with "phone."; `send` carries its own.
import { forward, send } from "./link.js";
import { changed, set, state } from "./store.js";

export async function findPhone() {
  if (!state.setup.browser_phone || state.phone) return;
  const { start } = await import(state.setup.browser_phone);
  const phone = await start({ send, changed });
  forward("phone.", (message) => phone.take(message));
  set({ phone });
}

export const canAccept = (call) => Boolean(state.phone?.tested && call.devices?.includes("browser"));
