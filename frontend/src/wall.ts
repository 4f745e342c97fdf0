/** The wall: says how old its picture is, sounds when something severe is new, and outlives lost connections. */
import "./styles/wall.css";
import { watchPicture } from "./parts/picture";

let loudest = readLoudest();
let audio: AudioContext | undefined;

function readLoudest(): number {
  return Number(document.querySelector<HTMLElement>("#wall")?.dataset.loudest ?? 0);
}

/** Two short tones: hearable over a room, over before it annoys. */
function sound(): void {
  if (!audio) return;
  for (const at of [0, 0.35]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.0001, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.4, audio.currentTime + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.3);
  }
}

watchPicture("wall", () => {
  const now = readLoudest();
  if (now > loudest) sound();
  loudest = Math.max(loudest, now);
});

const button = document.querySelector<HTMLButtonElement>("[data-sound]");
button?.addEventListener("click", () => {
  audio ??= new AudioContext();
  void audio.resume().then(sound);
  button.textContent = button.dataset.on ?? "";
  button.disabled = true;
});
