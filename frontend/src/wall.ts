/** The wall: says how old its picture is, sounds when something severe is new, and outlives lost connections. */
import "./styles/wall.css";
import { watchPicture } from "./parts/picture";
import { showByParts } from "./parts/scrolling";

const LOUD_HZ = 880;
const LATE_HZ = 440;

let loudest = readLoudest();
let audio: AudioContext | undefined;

function readLoudest(): number {
  return Number(document.querySelector<HTMLElement>("#wall")?.dataset.loudest ?? 0);
}

/** Two short tones: hearable over a room, over before it annoys. */
function sound(frequency = LOUD_HZ): void {
  if (audio?.state !== "running") return;
  for (const at of [0, 0.35]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.4, audio.currentTime + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + at + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.3);
  }
}

const showTop = showByParts();

watchPicture("wall", {
  drawn: () => {
    const now = readLoudest();
    if (now > loudest) {
      sound();
      showTop();
    }
    loudest = Math.max(loudest, now);
  },
  late: () => sound(LATE_HZ),
});

/** Browsers keep a page silent until somebody touched it, and may silence it again (sleep, another device): it must be seen. */
function offerSound(button: HTMLButtonElement): void {
  const show = () => {
    const isOn = audio?.state === "running";
    button.textContent = (isOn ? button.dataset.on : button.dataset.off) ?? "";
    button.classList.toggle("danger", !isOn);
    button.classList.toggle("secondary", isOn);
  };
  const wake = async (isTest: boolean) => {
    try {
      if (!audio) {
        audio = new AudioContext();
        audio.addEventListener("statechange", show);
      }
      await audio.resume();
    } catch {
      // No sound device: it stays off, and the button says so.
    }
    show();
    if (isTest) sound();
  };
  button.addEventListener("click", () => void wake(true));
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, () => { if (audio?.state !== "running") void wake(false); });
  document.addEventListener("visibilitychange", () => { if (audio && !document.hidden) void wake(false); });
  show();
  void wake(false);
}

const button = document.querySelector<HTMLButtonElement>("[data-sound]");
if (button) offerSound(button);
