import assert from "node:assert/strict";
import test from "node:test";
import { SCALE_MODES, makeAxis } from "../../wwwroot/js/memory-map/axis.js";
import { readChanges } from "../../wwwroot/js/memory-map/changes.js";
import { drawZoom, laneTop } from "../../wwwroot/js/memory-map/drawing.js";
import { Placement, makeLanes } from "../../wwwroot/js/memory-map/lanes.js";
import { readState, writeState } from "../../wwwroot/js/memory-map/map-state.js";
import { Model } from "../../wwwroot/js/memory-map/model.js";
import { Regions } from "../../wwwroot/js/memory-map/regions.js";
import { makeTicks } from "../../wwwroot/js/memory-map/ticks.js";
import { MIN_VIEW, fitView, homeView, panView, revealView, viewRange, wholeView, zoomView } from "../../wwwroot/js/memory-map/viewport.js";
import { data } from "./data.js";
import { GiB, HOST, encode, regionsOf } from "./sample.js";

const KINDS = ["firmware", "ram", "cmr", "tdmr", "hole", "reserved-pamt", "pamt"];
const regions = regionsOf(HOST);

for (const { query, means } of data("map-state.json")) {
  test(`readState_${query || "nothing"}_MeansWhatItDoesOnTheServer`, () => assert.equal(writeState("", readState(query, KINDS)), means));
}

test("writeState_OtherParts_AreLeftAsTheyAre", () => {
  assert.equal(writeState("?at=2026-03-01&units=hex", { ...readState("", KINDS), scale: "equal" }), "?at=2026-03-01&scale=equal");
});

test("Regions_AnotherForm_IsRefusedWithARemedy", () => {
  assert.throws(() => new Regions(new Uint8Array(40)), /reload the page/);
  assert.throws(() => new Regions(new Uint8Array(3)), RangeError);
});

test("Regions_AnyBoundary_IsReadFromAMessageAtAnyOffset", () => {
  const bytes = encode(HOST), message = new Uint8Array(bytes.length + 5);
  message.set(bytes, 5);
  assert.equal(new Regions(message.subarray(5)).end[9], 2 ** 45 + 2 ** 40);
});

test("Regions_TopOfTheAddressSpace_IsExactToTheByte", () => {
  const top = regionsOf([{ kind: "firmware", start: 2 ** 52 - 4097, end: 2 ** 52 }]);
  assert.equal(top.size(0), 4097);
  assert.equal(top.key(0), "firmware.0xfffffffffefff-0x10000000000000");
  assert.equal(top.find(top.key(0)), 0);
});

test("describe_Region_HasTypeRangeSizePlaceReasonAndMarks", () => {
  assert.equal(regions.describe(4, "auto"), "hole [0x10_7a00_0000, 0x10_8000_0000)\n96 MiB (100,663,296 bytes), TDMR 0\nNo memory between block 1 and block 2. (computed)");
  assert.deepEqual(regions.provenances(8), ["emulated", "hypothetical"]);
  assert.deepEqual(regions.why(4), ["No memory between block 1 and block 2.", "Linux reserves what no memory covers."]);
});

test("whatIsAt_AnyAddress_NamesWhatHoldsItTheSmallestFirst", () => {
  assert.match(regions.whatIsAt(0x107a000000), /^0x10_7a00_0000 lies in hole of TDMR 0 \[0x10_7a00_0000, 0x10_8000_0000\), in tdmr 0 /);
  assert.match(regions.whatIsAt(0x1079ffffff), /lies in ram \[/);
  assert.match(regions.whatIsAt(500 * GiB), /^Nothing that is known lies at 0x7d_0000_0000: tdmr ends below it at 0x10_8000_0000, tdmr starts above it at 0x100_0000_0000\.$/);
});

for (const mode of SCALE_MODES) {
  test(`makeAxis_${mode}_IsMonotonicAndTurnsBackExactly`, () => {
    const axis = makeAxis(regions, mode);
    let last = -1;
    for (let address = 0; address <= axis.end; address += axis.end / 4096) {
      const u = axis.toU(address);
      assert.ok(u >= last);
      assert.ok(Math.abs(axis.toAddress(u) - address) < 1);
      last = u;
    }
    for (const address of [...regions.start, ...regions.end]) {
      assert.equal(Math.round(axis.toAddress(axis.toU(address))), address);
    }
    assert.equal(axis.toU(axis.end), axis.length);
    assert.equal(axis.toAddress(axis.length), axis.end);
  });

  test(`zoomView_${mode}_KeepsTheAddressUnderThePointer`, () => {
    const axis = makeAxis(regions, mode);
    let view = wholeView(axis);
    const address = 1030 * GiB + 0x1234567, u = axis.toU(address);
    const share = (u - view.u0) / (view.u1 - view.u0);
    for (let i = 0; i < 30; i++) {
      view = zoomView(axis, view, 1.6, u);
      assert.ok(Math.abs((u - view.u0) / (view.u1 - view.u0) - share) < 1e-3, `step ${i}`);
    }
  });

  test(`zoomView_${mode}_StopsAtFourKibibytesAndAtEverything`, () => {
    const axis = makeAxis(regions, mode), u = axis.toU(5 * GiB + 0x1000);
    let near = wholeView(axis);
    for (let i = 0; i < 200; i++) { near = zoomView(axis, near, 2, u); }
    const { start, end } = viewRange(axis, near);
    assert.ok(end - start >= MIN_VIEW && end - start <= MIN_VIEW + 2, `${end - start} bytes`);
    assert.ok(start <= 5 * GiB + 0x1000 && 5 * GiB + 0x1000 <= end);
    let far = near;
    for (let i = 0; i < 400; i++) { far = zoomView(axis, far, 0.5, u); }
    assert.deepEqual(far, wholeView(axis));
  });
}

test("makeAxis_HugeGap_IsABreakAndMemoryIsNotSqueezed", () => {
  const axis = makeAxis(regions, "compressed");
  assert.deepEqual(axis.pieces.filter(piece => piece.isBreak).map(piece => [piece.start, piece.end]),
    [[0x6f800000, 4 * GiB], [66 * GiB, 1024 * GiB], [1100 * GiB, 2 ** 45 + 2 ** 40]]);
  const memory = axis.toU(1100 * GiB) - axis.toU(1024 * GiB);
  assert.ok(memory / axis.length > 0.4, `${memory / axis.length}`);
});

test("makeAxis_Linear_SeesMemoryFirstAndEverythingOnRequest", () => {
  const axis = makeAxis(regions, "linear");
  assert.deepEqual(viewRange(axis, homeView(axis)), { start: 0x100000, end: 1100 * GiB });
  assert.equal(viewRange(axis, wholeView(axis)).end, 2 ** 45 + 2 ** 40);
});

test("makeAxis_Equal_GivesEveryStretchTheSameWidth", () => {
  const axis = makeAxis(regions, "equal");
  assert.equal(axis.toU(0x70000000) - axis.toU(0x6f800000), 1);
  assert.equal(axis.toU(0x78000000) - axis.toU(0x70000000), 1);
});

test("makeAxis_NoRegions_IsTheWholeAddressSpace", () => {
  for (const mode of SCALE_MODES) { assert.equal(makeAxis(regionsOf([]), mode).end, 2 ** 52); }
});

test("panView_AnyShare_StaysOnTheAxisAndKeepsItsLength", () => {
  const axis = makeAxis(regions, "linear"), view = fitView(axis, 4 * GiB, 5 * GiB), length = view.u1 - view.u0;
  assert.deepEqual(panView(axis, view, -Infinity), { u0: 0, u1: length });
  assert.equal(panView(axis, view, Infinity).u1, axis.length);
  assert.equal(panView(axis, view, 0.5).u0, view.u0 + length / 2);
});

test("revealView_SeenRange_MovesNothing", () => {
  const axis = makeAxis(regions, "linear"), view = fitView(axis, 4 * GiB, 8 * GiB);
  assert.equal(revealView(axis, view, 5 * GiB, 6 * GiB), view);
  const moved = revealView(axis, view, 9 * GiB, 10 * GiB);
  assert.ok(axis.toU(9 * GiB) >= moved.u0 && axis.toU(10 * GiB) <= moved.u1);
});

test("makeLanes_RealHost_HasOneForEachKindAndNode", () => {
  assert.deepEqual(makeLanes(regions, new Set()).map(lane => lane.name), ["firmware", "RAM node 0", "RAM node 1", "TDMR", "reserved", "PAMT"]);
  assert.deepEqual(makeLanes(regions, new Set([0, 1, 4])).map(lane => lane.name), ["TDMR", "reserved", "PAMT"]);
});

test("makeLanes_MoreThanSixteenNodes_ShareOne", () => {
  const many = regionsOf(Array.from({ length: 17 }, (_, node) => ({ kind: "ram", start: node * GiB, end: node * GiB + 4096, node })));
  assert.deepEqual(makeLanes(many, new Set()).map(lane => [lane.name, lane.regions.length]), [["RAM 17 nodes", 17]]);
});

test("shapes_SixtyFiveThousandRanges_AreFewAndLoseNone", () => {
  const many = regionsOf(Array.from({ length: 65536 }, (_, i) => ({ kind: "ram", start: i * 2 ** 22, end: i * 2 ** 22 + 2 ** 21, node: 0 })));
  const axis = makeAxis(many, "compressed"), lanes = makeLanes(many, new Set()), placement = new Placement(many, axis, lanes);
  const shapes = placement.shapes(lanes[0], 0, many, wholeView(axis), 1000);
  assert.ok(shapes.length <= 334, `${shapes.length}`);
  assert.equal(shapes.reduce((sum, shape) => sum + shape.count, 0), 65536);
  assert.ok(shapes.every(shape => shape.width >= 3));
});

test("shapes_ZoomedIn_HasOnlyWhatIsSeenAndRegionsThatReachIn", () => {
  const nested = regionsOf([{ kind: "firmware", start: 0, end: 100 * GiB }, ...Array.from({ length: 99 }, (_, i) => ({ kind: "firmware", start: i * GiB + 4096, end: i * GiB + 8192 }))]);
  const axis = makeAxis(nested, "linear"), lanes = makeLanes(nested, new Set()), placement = new Placement(nested, axis, lanes);
  const shapes = placement.shapes(lanes[0], 0, nested, fitView(axis, 50 * GiB, 51 * GiB), 1000);
  assert.deepEqual(shapes.map(shape => [shape.first, shape.count]), [[0, 1], [51, 1], [52, 1]]);
});

test("shapes_SmallRegionAtTheEnd_IsThreePixelsInsideTheMap", () => {
  const two = regionsOf([{ kind: "ram", start: 0, end: 1024 * GiB - 4096, node: 0 }, { kind: "ram", start: 1024 * GiB - 4096, end: 1024 * GiB, node: 0 }]);
  const axis = makeAxis(two, "linear"), lanes = makeLanes(two, new Set()), placement = new Placement(two, axis, lanes);
  const [, small] = placement.shapes(lanes[0], 0, two, wholeView(axis), 1000);
  assert.deepEqual([small.width, small.x + small.width <= 1000], [3, true]);
});

test("makeTicks_AnyView_HasLabelsThatDoNotOverlap", () => {
  for (const mode of SCALE_MODES) {
    const axis = makeAxis(regions, mode);
    for (const view of [wholeView(axis), fitView(axis, 4 * GiB, 66 * GiB), fitView(axis, 5 * GiB, 5 * GiB + 4096), fitView(axis, 60 * GiB, 1030 * GiB)]) {
      const ticks = makeTicks(axis, view, 1100);
      assert.ok(ticks.length >= 1 && ticks.length <= 10, `${mode} ${ticks.length}`);
      ticks.slice(1).forEach((tick, i) => assert.ok(tick.x - ticks[i].x >= 112 && tick.address > ticks[i].address));
    }
  }
});

test("makeTicks_NearView_NamesEveryHundredBytesOrSo", () => {
  const axis = makeAxis(regions, "linear");
  const ticks = makeTicks(axis, fitView(axis, 5 * GiB, 5 * GiB + 4096), 1100);
  assert.deepEqual(ticks.slice(0, 2).map(tick => tick.address), [5 * GiB, 5 * GiB + 512]);
});

test("readChanges_Grown_MarksTheNewPart", () => {
  const [grown, moved, added] = readChanges([
    { kind: "grown", text: "", before: ["0x1000", "0x2000"], after: ["0x1000", "0x3000"] },
    { kind: "moved", text: "", before: ["0x1000", "0x2000"], after: ["0x5000", "0x6000"] },
    { kind: "added", text: "", before: null, after: ["0x5000", "0x6000"] },
  ]);
  assert.deepEqual(grown.marks.map(([range, style]) => [range.start, range.end, style]), [[0x1000, 0x3000, "changed"], [0x2000, 0x3000, "added"]]);
  assert.deepEqual(moved.marks.map(mark => mark[2]), ["−", "→"]);
  assert.deepEqual(added.marks.map(mark => mark[1]), ["added"]);
});

test("setRegions_AnotherSnapshot_KeepsTheFocusOnItsRegion", () => {
  const model = new Model(regionsOf(HOST));
  model.focused = model.regions.find("ram.0x10000000000-0x11300000000");
  assert.notEqual(model.focused, -1);

  model.setRegions(regionsOf([{ kind: "ram", start: 0x1000, end: 0x9000, node: 0 }, ...HOST]));

  assert.equal(model.regions.key(model.focused), "ram.0x10000000000-0x11300000000");
});

test("overlayAt_HalvesOfALane_AreOfTheTwoMaps", () => {
  const model = new Model(regionsOf(HOST)), other = regionsOf([{ kind: "ram", start: 1024 * GiB, end: 1050 * GiB, node: 1 }]);
  model.setOverlay(other);
  const top = laneTop(model.layer.lanes.findIndex(lane => lane.name === "RAM node 1")), x = model.xOf(1030 * GiB);

  assert.equal(model.overlayAt(x, top + 4), null);
  assert.equal(model.overlayAt(x, top + 20)?.first, 0);
  assert.equal(model.overlayAt(model.xOf(1080 * GiB), top + 20), null);
});

test("drawZoom_RegionsTogetherInOneMark_HaveAFootAndTheirCount", () => {
  const rows = Array.from({ length: 8 }, (_, i) => ({ kind: "hole", start: GiB + i * 8192, end: GiB + i * 8192 + 4096, tdmr: 0 }));
  const model = new Model(regionsOf([{ kind: "tdmr", start: 0, end: 512 * GiB, tdmr: 0 }, ...rows]));
  /** @type {string[]} */
  const drawn = [];
  const pen = { rect() {}, clip() {}, unclip() {}, path: (/** @type {string} */ _, /** @type {string} */ style) => drawn.push(style), text: (/** @type {string} */ text) => drawn.push(text) };

  drawZoom(pen, model.scene);

  assert.deepEqual(drawn.filter(what => what === "cluster" || what.includes("more")), ["cluster", "×7 more"]);
});
