/** A QR code is read by the camera; the picture goes nowhere. Where the browser can't read codes itself, `qr` does. */
type Read = (video: HTMLVideoElement) => Promise<string | null>;
type Detector = { detect(picture: HTMLVideoElement): Promise<{ rawValue: string }[]> };
declare const BarcodeDetector: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

const EVERY_MS = 150;
/** Longest side of the pictures that are looked through, in pixels: more only makes an old phone slow. */
const LONGEST = 1280;

export const canScan = (): boolean => Boolean(navigator.mediaDevices);

/** What the first QR code says that the camera sees, null where `stop` comes first; the camera is off afterwards. */
export async function scan(video: HTMLVideoElement, stop: AbortSignal): Promise<string | null> {
  const read = await findReader();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } } });
  try {
    video.srcObject = stream;
    await video.play();
    while (!stop.aborted) {
      const found = await read(video);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

/** How this browser reads a picture; fetches what it needs for that. */
export async function findReader(): Promise<Read> {
  if ("BarcodeDetector" in window && (await BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import("qr/decode.js");
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  return async (video) => {
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight, 1));
    const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    if (!width || !height) return null;
    Object.assign(pen.canvas, { width, height });
    pen.drawImage(video, 0, 0, width, height);
    try {
      return decodeQR(pen.getImageData(0, 0, width, height), { timeLimit: EVERY_MS });
    } catch {
      return null; // no code in this picture
    }
  };
}
