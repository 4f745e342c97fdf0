// Lets the wallet's page open without a network. What it needs was put into the cache by the page itself.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  const find = async () => (await caches.match(request, { ignoreSearch: true, ignoreVary: true })) ?? Response.error();
  event.respondWith(fetch(request).catch(find));
});
