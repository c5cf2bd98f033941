// An offer is heard, seen in the title, and seen on the page: three ways, for who misses one.
let context = null, timer = null, plain = document.title;

function beep() {
  if (!navigator.userActivation?.hasBeenActive) return; // browsers let nobody sound before the first click
  try { context ??= new AudioContext(); } catch { return; }
  for (const [delay, hz] of [[0, 660], [0.22, 880]]) {
    const at = context.currentTime + delay;
    const tone = context.createOscillator(), gain = context.createGain();
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.12, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
    tone.connect(gain).connect(context.destination);
    tone.start(at); tone.stop(at + 0.25);
  }
}

export function ring(title) {
  if (timer) return;
  let on = false;
  const turn = () => { on = !on; document.title = on ? `● ${title}` : plain; if (on) beep(); };
  turn();
  timer = setInterval(turn, 1200);
}

export function hush() {
  clearInterval(timer);
  timer = null;
  document.title = plain;
}
