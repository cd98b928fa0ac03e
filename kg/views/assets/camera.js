// Where one looks: the middle of the view and its scale, moved by mouse, touch, wheel or keys.
"use strict";

KG.camera = (() => {
  const LEAST = 0.01, MOST = 8, SLACK = 4, STEP = 1.35, TRAVEL = 260;
  const clamp = (k) => Math.min(MOST, Math.max(LEAST, k));

  // Where to look for all of a box, {left, top, right, bottom}, with room for labels around it.
  function framing({ width, height }, { left, top, right, bottom }, most = 1.5) {
    const margin = { x: Math.min(90, width / 8), y: Math.min(50, height / 10) };
    const k = Math.min((width - 2 * margin.x) / Math.max(1, right - left), (height - 2 * margin.y) / Math.max(1, bottom - top), most);
    return { x: (left + right) / 2, y: (top + bottom) / 2, k: clamp(k) };
  }

  // `on` hears: move() after each change, start() and end() of a gesture, click(x, y, event), double(x, y, event),
  // hover(x, y) and leave(), and grab(x, y), which may give {move(dx, dy), end()} to take a drag for itself.
  function create(element, on) {
    const now = { x: 0, y: 0, k: 1 };
    const fingers = new Map();
    let size = { width: 1, height: 1 };
    let held = null, travelled = 0, spread = 0, journey = 0, resting = 0;

    const toWorld = (x, y) => ({ x: (x - size.width / 2) / now.k + now.x, y: (y - size.height / 2) / now.k + now.y });
    const toScreen = (x, y) => ({ x: (x - now.x) * now.k + size.width / 2, y: (y - now.y) * now.k + size.height / 2 });

    function set(to) {
      Object.assign(now, to);
      now.k = clamp(now.k);
      on.move();
    }

    // The point under (x, y) stays where it is.
    function zoom(factor, x = size.width / 2, y = size.height / 2) {
      const at = toWorld(x, y);
      const k = clamp(now.k * factor);
      set({ x: at.x - (x - size.width / 2) / k, y: at.y - (y - size.height / 2) / k, k });
    }

    function go(to, done) {
      cancelAnimationFrame(journey);
      const from = { ...now }, k = clamp(to.k === undefined ? now.k : to.k), begun = performance.now();
      if (KG.dom.still()) {
        set({ ...to, k });
        if (done) done();
        return;
      }
      const frame = (time) => {
        const part = Math.min(1, (time - begun) / TRAVEL), eased = 1 - (1 - part) ** 3;
        set({ x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased, k: from.k * (k / from.k) ** eased });
        if (part < 1) journey = requestAnimationFrame(frame);
        else if (done) done();
      };
      journey = requestAnimationFrame(frame);
    }

    const place = (event) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };

    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      cancelAnimationFrame(journey);
      element.setPointerCapture(event.pointerId);
      const at = place(event);
      fingers.set(event.pointerId, at);
      if (fingers.size === 1) {
        travelled = 0;
        held = on.grab(at.x, at.y);
        on.start();
      } else {
        held = null;
        travelled = SLACK + 1;
        spread = distance();
      }
    });

    element.addEventListener("pointermove", (event) => {
      const at = place(event), before = fingers.get(event.pointerId);
      if (!before) {
        if (event.pointerType !== "touch") on.hover(at.x, at.y);
        return;
      }
      fingers.set(event.pointerId, at);
      const dx = at.x - before.x, dy = at.y - before.y;
      travelled += Math.hypot(dx, dy);
      if (fingers.size > 1) pinch(dx / fingers.size, dy / fingers.size);
      else if (travelled > SLACK && held) held.move(at.x, at.y);
      else if (travelled > SLACK) set({ x: now.x - dx / now.k, y: now.y - dy / now.k });
    });

    function pinch(dx, dy) {
      set({ x: now.x - dx / now.k, y: now.y - dy / now.k });
      const wide = distance(), [a, b] = [...fingers.values()];
      if (spread) zoom(wide / spread, (a.x + b.x) / 2, (a.y + b.y) / 2);
      spread = wide;
    }

    function distance() {
      const [a, b] = [...fingers.values()];
      return Math.hypot(a.x - b.x, a.y - b.y);
    }

    function release(event) {
      if (!fingers.delete(event.pointerId)) return;
      if (fingers.size) return;
      const at = place(event), clicked = event.type === "pointerup" && travelled <= SLACK;
      if (held && !clicked) held.end();
      held = null;
      on.end();
      if (clicked) on.click(at.x, at.y, event);
    }
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("pointerleave", () => on.leave());
    element.addEventListener("dblclick", (event) => {
      const at = place(event);
      on.double(at.x, at.y, event);
    });

    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      cancelAnimationFrame(journey);
      const lines = event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 400 : 1;
      const at = place(event);
      on.start();
      zoom(2 ** (-Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.002)), at.x, at.y);
      clearTimeout(resting);
      resting = setTimeout(() => on.end(), 120);
    }, { passive: false });

    return {
      now, go, zoom, toWorld, toScreen,
      set(to) {
        cancelAnimationFrame(journey);
        set(to);
      },
      resize(width, height) {
        size = { width, height };
      },
      get size() {
        return size;
      },
      pan: (dx, dy) => go({ x: now.x + dx / now.k, y: now.y + dy / now.k }),
      step: (inward) => go({ x: now.x, y: now.y, k: now.k * (inward ? STEP : 1 / STEP) }),
      framing: (box, most) => framing(size, box, most),
    };
  }

  return { create, framing };
})();
