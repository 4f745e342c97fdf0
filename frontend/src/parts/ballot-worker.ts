/** Encrypts away from the page, so that it stays responsive. */
import { makeBallot, type Order } from "./ballot";

self.onmessage = async (event: MessageEvent<Order>) => {
  self.postMessage(await makeBallot(event.data));
};
