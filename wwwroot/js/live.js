// @ts-check
// The browser's part of the live board: the log follows its newest line when that is wanted, the key p pauses, and desktop notices and
// sound tell that hosts ended. Both are off until they are chosen, and stay chosen in this browser.

const singleKeysOff = "tdxdash.single-keys-off";
const beep = { seconds: 0.15, volume: 0.08, done: 660, failed: 220 };

/** @param {string} key */
function isKept(key) {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false; // storage can be denied; nothing is chosen then
  }
}

/** @param {string} key @param {boolean} isOn */
function keep(key, isOn) {
  try {
    if (isOn) {
      localStorage.setItem(key, "1");
    } else {
      localStorage.removeItem(key);
    }
  } catch {
    // it holds for this page alone
  }
}

/** @param {string} text */
function announce(text) {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}

/**
 * Changes attributes and the text alone: nodes are the framework's, which draws into them again.
 * @param {HTMLElement} row @param {{ stage: string, dots: string }} step @returns {boolean} Whether the row has a stepper with places for all of it.
 */
function showStage(row, step) {
  const mini = row.querySelector(".mini"), at = row.querySelector(".at")?.firstChild;
  const dots = step.dots.split(" ");
  if (!mini || !(at instanceof Text) || mini.children.length < dots.length) {
    return false;
  }
  if (mini.getAttribute("title") !== step.stage) {
    mini.setAttribute("title", step.stage);
    mini.setAttribute("aria-label", step.stage);
    at.nodeValue = step.stage.slice(step.stage.indexOf(": ") + 2);
  }
  [...mini.children].forEach((place, i) => {
    const wanted = "dot " + (dots[i] ?? "spare");
    if (place.className !== wanted) {
      place.className = wanted;
    }
  });
  return true;
}

/** @param {HTMLElement} root */
export function attach(root) {
  const own = new AbortController();
  const chosen = /** @type {Record<string, boolean>} */ ({ notice: false, sound: false, scroll: false });
  /** @type {AudioContext | undefined} */
  let audio;

  for (const name of Object.keys(chosen)) {
    const box = root.querySelector(`[data-live-${name}]`);
    chosen[name] = name !== "scroll" && isKept(`tdxdash.live-${name}`) && (name !== "notice" || globalThis.Notification?.permission === "granted");
    if (box instanceof HTMLInputElement) {
      box.checked = chosen[name];
    }
  }

  root.addEventListener("change", e => {
    const box = e.target;
    const name = box instanceof HTMLInputElement ? Object.keys(chosen).find(known => box.hasAttribute(`data-live-${known}`)) : undefined;
    if (name && box instanceof HTMLInputElement) {
      void choose(name, box);
    }
  }, { signal: own.signal });

  /** @param {string} name @param {HTMLInputElement} box */
  async function choose(name, box) {
    if (name === "notice" && box.checked && await globalThis.Notification?.requestPermission() !== "granted") {
      box.checked = false;
      announce("The browser does not allow notices; allow them in its settings for this site.");
    }
    chosen[name] = box.checked;
    if (name !== "scroll") {
      keep(`tdxdash.live-${name}`, box.checked);
    }
    follow();
  }

  function follow() {
    const log = root.querySelector("[data-live-log]");
    if (chosen.scroll && log) {
      log.scrollTop = log.scrollHeight;
    }
  }

  const observer = new MutationObserver(follow);
  observer.observe(root, { subtree: true, childList: true });

  document.addEventListener("keydown", e => {
    const isTyping = e.target instanceof HTMLElement && (e.target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(e.target.tagName));
    const pause = root.querySelector("[data-live-pause]");
    if (e.key !== "p" || e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || isTyping || isKept(singleKeysOff) || document.querySelector("dialog[open]") || !(pause instanceof HTMLElement)) {
      return;
    }
    pause.click();
    e.preventDefault();
  }, { signal: own.signal });

  root.dataset.attached = "";

  /** @param {boolean} isFailure */
  function sound(isFailure) {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = isFailure ? beep.failed : beep.done;
    volume.gain.value = beep.volume;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + beep.seconds);
  }

  /** What this browser cannot do is off from then on, and says so. @param {"sound" | "notice"} name @param {() => unknown} act */
  function attempt(name, act) {
    try {
      act();
    } catch (e) {
      chosen[name] = false;
      const box = root.querySelector(`[data-live-${name}]`);
      if (box instanceof HTMLInputElement) {
        box.checked = false;
        box.title = `This browser cannot: ${e}`;
      }
      announce(`${name === "sound" ? "Sound cannot be had here and is" : "Desktop notices cannot be had here and are"} off: ${e}`);
    }
  }

  return {
    /**
     * Between two drawings of the board: stages that hosts have come to. The next drawing makes the cell anew.
     * @param {{ host: string, sequence: number, stage: string, dots: string }[]} steps
     */
    show(steps) {
      const rows = new Map(Array.from(root.querySelectorAll("tr[data-host]"), row => [row instanceof HTMLElement ? row.dataset.host : "", row]));
      for (const step of steps) {
        const row = rows.get(step.host);
        if (row instanceof HTMLElement && Number(row.dataset.sequence) < step.sequence && showStage(row, step)) {
          row.dataset.sequence = String(step.sequence);
        }
      }
    },
    /** @param {string} text @param {boolean} isFailure */
    notice(text, isFailure) {
      if (chosen.sound) {
        attempt("sound", () => sound(isFailure));
      }
      if (chosen.notice && document.visibilityState === "hidden") {
        attempt("notice", () => new Notification("TdxDash live", { body: text, tag: "tdxdash-live" }));
      }
    },
    dispose() {
      own.abort();
      observer.disconnect();
      void audio?.close();
    },
  };
}
