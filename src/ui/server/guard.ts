/** Who may ask the page's server: whoever has its link, from this machine, and no other page. */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { isOwn } from "../../remote/received.ts";
import type { Refusal } from "../answers.ts";
import { isToken } from "./ui-token.ts";

/** What a request must have. */
export interface GuardOptions {
  readonly token: string;
  /** Where the server listens. */
  readonly port: number;
}

/** Cookies are of a host whatever the port: this server's has its port in its name. */
const cookieOf = (port: number): string => `retort-ui-${port}`;

/** Says no, and why. */
export const refuse = (context: Context, status: 400 | 401 | 403 | 404 | 409 | 413 | 500, message: string): Response =>
  context.json({ error: { message } } satisfies Refusal, status);

const headers: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** A host as a header names it, without its port and brackets. */
const nameOf = (host: string): string => host.replace(/:\d+$/u, "").replace(/^\[(.*)\]$/u, "$1");

/** Why a request is refused whatever token it has; nothing where it is not. */
const strangeness = (context: Context, port: number): string | undefined => {
  const host = context.req.header("host") ?? "";
  // A page of another host, whose name was made to mean this machine, asks for that name.
  if (!isOwn(nameOf(host)) || host.replace(/^.*?(?::(\d+))?$/u, "$1") !== String(port))
    return `expected a request for 127.0.0.1:${port}, got one for another host; open the link that retort ui printed`;
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}`)
    return `expected a request of this page, got one of ${origin.slice(0, 200)}`;
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && !["same-origin", "none"].includes(site) && context.req.path !== "/")
    return "expected a request of this page, got one of another site";
  return undefined;
};

const bearer = (context: Context): string | undefined =>
  /^Bearer (.+)$/iu.exec(context.req.header("authorization") ?? "")?.[1];

/**
 * Lets through whoever has the token, in a cookie or as `Authorization: Bearer`. The link's own token becomes the
 * cookie, and leaves the address.
 */
export const guard = ({ token, port }: GuardOptions): MiddlewareHandler => {
  const cookie = cookieOf(port);
  return async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    const strange = strangeness(context, port);
    if (strange !== undefined) return refuse(context, 403, strange);
    const given = context.req.query("token");
    if (context.req.path === "/" && isToken(given, token)) {
      setCookie(context, cookie, token, { httpOnly: true, sameSite: "Lax", path: "/", maxAge: 30 * 86_400 });
      return context.redirect("/", 303);
    }
    if (isToken(bearer(context) ?? getCookie(context, cookie), token)) return next();
    const message =
      given === undefined ? "this page needs the link that retort ui printed" : "this link has another token";
    return refuse(context, 401, `${message}; start retort ui again, and open its link`);
  };
};
