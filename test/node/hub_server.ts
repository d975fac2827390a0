import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A repository of the hub's shape. */
export interface ServedRepository {
  readonly commit: string;
  /** Contents by path. Those of more than 1,000 bytes are large files, which lie on another host. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The token that may read it; any reader may where there is none. */
  readonly token?: string;
}

export interface HubServer {
  readonly url: string;
  /** Requests so far: the method, the path, and the range where one was asked for. */
  readonly requests: string[];
  /** How many bytes of a large file each of the next answers sends before its connection breaks. */
  readonly breaks: number[];
  /** Statuses that the hub's next answers have in place of what was asked for. */
  readonly failures: number[];
  /** Headers that the host of large files was sent; a token has no business there. */
  readonly seenByStorage: (string | undefined)[];
  close(): void;
}

/** A server on this machine that answers as the hub does: commits, pages of file lists, ranges, redirects, 401 and 404. */
export async function serveHub(repositories: Readonly<Record<string, ServedRepository>>): Promise<HubServer> {
  const [requests, breaks, failures, seenByStorage]: [string[], number[], number[], (string | undefined)[]] = [[], [], [], []];
  const storage = await listen((request, response) => {
    seenByStorage.push(request.headers.authorization);
    const [, name = "", path = ""] = (request.url ?? "").split("|").map(decodeURIComponent);
    sendFile(request, response, repositories[name]!.files[path]!, breaks.shift());
  });
  const hub = await listen((request, response) => {
    requests.push([request.method, request.url, request.headers.range].filter(Boolean).join(" "));
    const failure = failures.shift();
    if (failure === undefined) answer(request, response, repositories, addressOf(storage));
    else response.writeHead(failure, { "Content-Type": "application/json" }).end(JSON.stringify({ error: "not now" }));
  });
  return {
    url: addressOf(hub),
    requests,
    breaks,
    failures,
    seenByStorage,
    close: () => {
      for (const server of [hub, storage]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const API = /^\/api\/((?:models|datasets)\/[^/]+\/[^/]+)\/(revision|tree)\/([^/?]+)/;
const RESOLVE = /^\/(?:(datasets)\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/([^?]+)/;

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  repositories: Readonly<Record<string, ServedRepository>>,
  storage: string,
): ServerResponse {
  const url = request.url ?? "";
  const [, named, action, revision] = API.exec(url) ?? [];
  const [, kind, resolved, , path = ""] = RESOLVE.exec(url) ?? [];
  const name = named ?? `${kind ?? "models"}/${resolved}`;
  const repository = repositories[name];
  const fail = (status: number, error: string): ServerResponse =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ error }));
  if (!repository) return fail(name === "models/broken/server" ? 503 : 404, "Repository not found");
  if (repository.token && request.headers.authorization !== `Bearer ${repository.token}`) return fail(401, "Access to it is restricted.");
  const json = (value: unknown, headers = {}): ServerResponse =>
    response.writeHead(200, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(value));
  if (action === "revision") {
    if (revision !== "main" && revision !== "v1" && revision !== repository.commit) return fail(404, "Invalid rev id");
    return json({ _id: "1", id: name.replace(/^\w+\//, ""), sha: repository.commit, lastModified: "2026-01-01T00:00:00.000Z" });
  }
  if (action === "tree") return sendTree(url, repository, addressOfRequest(request), json);
  const content = repository.files[decodeURIComponent(path)];
  if (!content) return response.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
  if (content.length > 1000) {
    const headers = { Location: `${storage}/|${encodeURIComponent(name)}|${encodeURIComponent(path)}`, "X-Linked-Size": content.length };
    return response.writeHead(302, { ...headers, "X-Repo-Commit": repository.commit }).end();
  }
  return sendFile(request, response, content);
}

function addressOfRequest({ headers }: IncomingMessage): string {
  return `http://${headers.host}`;
}

/** Two files a page, with the address of the next one, and a file that wants to leave its folder. */
function sendTree(
  url: string,
  { files }: ServedRepository,
  host: string,
  json: (value: unknown, headers?: object) => ServerResponse,
): ServerResponse {
  const all = Object.entries(files).map(([path, content]) => entryOf(path, content));
  const begin = Number(new URL(url, host).searchParams.get("cursor") ?? 0);
  const next = begin + 2 < all.length ? { Link: `<${host}${url.replace(/&cursor=\d+/, "")}&cursor=${begin + 2}>; rel="next"` } : {};
  return json([...all.slice(begin, begin + 2), { ...all[0]!, path: "../config.json" }], next);
}

function entryOf(path: string, content: Uint8Array) {
  const git = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  const large = { oid: createHash("sha256").update(content).digest("hex"), size: content.length, pointerSize: 134 };
  return { type: "file", path, size: content.length, oid: git, ...(content.length > 1000 && { lfs: large }) };
}

function sendFile({ headers }: IncomingMessage, response: ServerResponse, content: Uint8Array, breakAfter?: number): ServerResponse {
  const [, first = "0", last = ""] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? "") ?? [];
  const end = last === "" ? content.length : Math.min(Number(last) + 1, content.length);
  const part = content.subarray(Number(first), end);
  const range = `bytes ${first}-${end - 1}/${content.length}`;
  // Most servers of large files want no range that begins behind the end.
  if (Number(first) >= content.length) return response.writeHead(416).end();
  response.writeHead(headers.range ? 206 : 200, { "Content-Range": range, "Content-Length": part.length, ETag: `"${content.length}"` });
  if (breakAfter === undefined || part.length === 1) return response.end(part);
  response.write(part.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
  return response;
}

const VARIABLES = ["HF_ENDPOINT", "HF_HUB_CACHE", "HF_TOKEN", "HF_HUB_OFFLINE"];

/** Has this process ask a server in the place of the hub, without a token. Returns what ends both. */
export function useHub(hub: HubServer, cache: string): () => void {
  const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_HUB_CACHE: cache });
  return () => {
    hub.close();
    for (const name of VARIABLES) delete process.env[name];
    for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value;
  };
}
