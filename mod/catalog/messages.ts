// Copyright the SpareGrid authors. Apache-2.0.
import type { SgCode } from "../errors/mod.ts";
import type { SUBJECTS } from "./subjects.ts";

/** What the catalog's thread is told. */
export type ToCatalog =
  | {
    readonly id: number;
    readonly kind: "open";
    readonly path: string;
    /** Look for damage first; where there is some, it is answered and nothing is changed. */
    readonly examine: boolean;
  }
  | {
    readonly id: number;
    readonly kind: "ask";
    readonly subject: keyof typeof SUBJECTS;
    readonly name: string;
    readonly args: readonly unknown[];
  }
  | { readonly id: number; readonly kind: "close" };

/** What it answers. */
export interface FromCatalog {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: {
    readonly code: SgCode;
    readonly message: string;
    readonly context: Readonly<Record<string, string | number | boolean>>;
  };
}
