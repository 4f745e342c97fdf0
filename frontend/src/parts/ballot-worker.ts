/** Encrypts and signs away from the page, so that it stays responsive. */
import { sealBallot, signBallot, type Order, type Sealed } from "./ballot";

self.onmessage = async ({ data: [order, sealed] }: MessageEvent<[Order, Sealed?]>) => {
  self.postMessage(sealed ? await signBallot(order, sealed) : await sealBallot(order));
};
