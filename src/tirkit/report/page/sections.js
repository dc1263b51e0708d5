// A problem's section is unpacked when it is first looked at; the last few are kept.

const SECTIONS_KEPT = 4;
const unpacked = new Map();

function wholePage() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

async function sectionOf(key) {
  if (!unpacked.has(key)) {
    if (!byId(`section-${key}`)) await wholePage();
    const node = byId(`section-${key}`);
    if (!node) throw new Error("The page holds no section for this problem.");
    unpacked.set(key, await unpack(node.textContent));
  }
  const section = unpacked.get(key);
  unpacked.delete(key);
  unpacked.set(key, section);
  if (unpacked.size > SECTIONS_KEPT) unpacked.delete(unpacked.keys().next().value);
  return section;
}

async function unpack(text) {
  if (typeof DecompressionStream === "undefined") throw new Error("This browser cannot unpack the section: it has no DecompressionStream.");
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}
