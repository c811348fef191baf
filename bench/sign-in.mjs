// Signs in at a running dashboard for a benchmark, as an administrator of everything, by the link that the dashboard's own command makes. The other benchmarks import it;
// as a program it prints the session: node bench/sign-in.mjs TDXDASH.WEB.DLL DATA-FOLDER URL

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const COOKIE = "__Host-tdxdash", ACCOUNT = "bench", PASSWORD = "correct horse battery staple";

/** @param {Response} answer @returns {string} */
const cookiesOf = answer => answer.headers.getSetCookie().map(cookie => cookie.split(";")[0]).join("; ");

/** @param {string} web TdxDash.Web.dll @param {string} folder The dashboard's data folder. @param {string} base Its address. @returns {Promise<string>} The session, as a Cookie header has it. */
export async function signIn(web, folder, base) {
  const said = execFileSync("dotnet", [web, "account-link", ACCOUNT, `--TdxDash:DataFolder=${folder}`], { encoding: "utf8" });
  const path = /\/welcome\?token=\S+/.exec(said)?.[0];
  if (!path) { throw new Error(`account-link printed no link: ${said}`); }
  const link = new URL(path, base);
  const page = await fetch(link);
  const check = /name="__RequestVerificationToken"[^>]*value="([^"]+)"/.exec(await page.text())?.[1];
  if (!check) { throw new Error(`${link} answered ${page.status} without a form`); }
  const body = new URLSearchParams({ _handler: "welcome", __RequestVerificationToken: check, "Form.Name": ACCOUNT, "Form.Password": PASSWORD, "Form.Again": PASSWORD });
  const answer = await fetch(link, { method: "POST", redirect: "manual", headers: { Cookie: cookiesOf(page) }, body });
  const session = cookiesOf(answer).split("; ").find(cookie => cookie.startsWith(COOKIE + "="));
  if (!session) { throw new Error(`signing in was answered by ${answer.status}: ${await answer.text()}`); }
  return session;
}

/** @param {string} session From signIn. @param {string} base The dashboard's address. @returns What a browser's context is given. */
export function cookieOf(session, base) {
  return { name: COOKIE, value: session.slice(COOKIE.length + 1), domain: new URL(base).hostname, path: "/", secure: true, httpOnly: true };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [web, folder, base] = process.argv.slice(2);
  if (!base) {
    console.error("Usage: node bench/sign-in.mjs TDXDASH.WEB.DLL DATA-FOLDER URL");
    process.exit(2);
  }
  console.log(await signIn(web, folder, base));
}
