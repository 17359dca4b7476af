// Copyright the SpareGrid authors. Apache-2.0.
import { utf8Text } from "../base/mod.ts";
import { workingFolder } from "../platform/mod.ts";

/** A path that a user typed as an absolute one, without `.` and `..`, for a service that is in another folder. */
export function absolutePath(path: string): string {
  if (/^(?:[A-Za-z]:[\\/]|\\\\)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${utf8Text(workingFolder())}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
