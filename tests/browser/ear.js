// Hands on what it hears, as s16, a tenth of a second at a time.
registerProcessor("ear", class extends AudioWorkletProcessor {
  constructor() { super(); this.kept = new Int16Array(4800); this.length = 0; }
  process([input]) {
    const samples = input[0];
    if (!samples) return true;
    for (const sample of samples) {
      this.kept[this.length++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.length === this.kept.length) { this.port.postMessage(this.kept.slice()); this.length = 0; }
    }
    return true;
  }
});
