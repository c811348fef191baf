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

  return {
    /** @param {string} text @param {boolean} isFailure */
    notice(text, isFailure) {
      if (chosen.sound) {
        sound(isFailure);
      }
      if (chosen.notice && document.visibilityState === "hidden") {
        new Notification("TdxDash live", { body: text, tag: "tdxdash-live" });
      }
    },
    dispose() {
      own.abort();
      observer.disconnect();
      void audio?.close();
    },
  };
}
