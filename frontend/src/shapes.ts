/** Zones and lines of a camera, drawn on its picture: clicks become points, and points a line of the form. */
import "./styles/cctv.css";
import { say } from "./parts/look";

type Point = [number, number];
const LEAST = { zones: 3, lines: 2 };
const MOST = { zones: 50, lines: 2 };

function field(kind: keyof typeof LEAST): HTMLTextAreaElement {
  return document.querySelector(`textarea[name="${kind}"]`)!;
}

function draw(name: "polygon" | "polyline", points: Point[], isNew = false): SVGElement {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
  shape.setAttribute("points", points.map(([x, y]) => `${x},${y}`).join(" "));
  shape.classList.toggle("is-new", isNew);
  return shape;
}

/** Shapes of the form's lines `name | x,y x,y`; what can't be read is the server's to refuse. */
function read(kind: keyof typeof LEAST): Point[][] {
  return field(kind).value.split("\n").map((line) => {
    const points = (line.split("|")[1] ?? "").trim().split(/\s+/).map((one) => one.split(",").map(Number) as Point);
    return points.every((one) => one.length === 2 && one.every(Number.isFinite)) ? points : [];
  });
}

function listen(board: HTMLElement): void {
  const canvas = board.querySelector("svg")!;
  const name = board.querySelector("input")!;
  const said = board.querySelector("[role=status]")!;
  let points: Point[] = [];
  const show = () => canvas.replaceChildren(
    ...read("zones").map((one) => draw("polygon", one)),
    ...read("lines").map((one) => draw("polyline", one)),
    // A single point is a line to itself: round ends make it a dot.
    draw("polyline", points.length === 1 ? [...points, ...points] : points, true),
  );
  const add = (kind: keyof typeof LEAST) => {
    if (points.length < LEAST[kind] || points.length > MOST[kind]) {
      said.textContent = kind === "zones" ? say("구역은 점이 3개에서 50개여야 합니다.", "A zone has 3 to 50 points.") : say("선은 점이 2개여야 합니다.", "A line has 2 points.");
    } else if (!name.value.trim()) {
      said.textContent = say("이름을 적어 주십시오.", "Give it a name.");
      name.focus();
    } else {
      const written = `${name.value.replaceAll("|", " ").trim()} | ${points.map(([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`).join(" ")}`;
      field(kind).value = [field(kind).value.trimEnd(), written].filter(Boolean).join("\n");
      said.textContent = say("아래에 적었습니다. 저장하면 쓰입니다.", "Written below. It counts once it is saved.");
      points = [];
      name.value = "";
    }
    show();
  };
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    points.push([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    show();
  });
  for (const button of board.querySelectorAll<HTMLButtonElement>("button[data-shape]")) {
    button.addEventListener("click", () => {
      if (button.dataset.shape) return add(button.dataset.shape as keyof typeof LEAST);
      points.pop();
      show();
    });
  }
  for (const kind of ["zones", "lines"] as const) field(kind).addEventListener("input", show);
  show();
}

/** Without a picture there is nothing to draw on: the fields below take the numbers. */
for (const board of document.querySelectorAll<HTMLElement>("[data-shapes]")) {
  const picture = board.querySelector("img")!;
  const begin = () => { board.hidden = false; listen(board); };
  if (picture.complete && picture.naturalWidth) begin();
  else picture.addEventListener("load", begin, { once: true });
}
