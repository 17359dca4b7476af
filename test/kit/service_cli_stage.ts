// Copyright the SpareGrid authors. Apache-2.0.
import { openApi } from "../../mod/app/mod.ts";
import { type ApiStage, apiStage } from "./api_stage.ts";
import { stage, type StageEnd, type StageOptions } from "./cli_stage.ts";

/** Command lines over the real API, whose rooms are doubles. */
export interface ServiceCliStage extends AsyncDisposable {
  readonly api: ApiStage;
  /** Runs a command line as an administrator, or with another token. */
  run(argv: readonly string[], options?: StageOptions & { readonly token?: string }): Promise<StageEnd>;
}

/** `await using service = await serviceCliStage()`. */
export async function serviceCliStage(
  replace: Parameters<typeof apiStage>[0] = {},
): Promise<ServiceCliStage> {
  const api = await apiStage(replace);
  await api.people.add("anna", "administrator");
  await api.people.add("vera", "viewer");
  const administrator = await api.people.issue("anna", ["READ", "OPERATE", "RESTORE", "ADMINISTER"]);
  return {
    api,
    run: (argv, { token = administrator, ...options } = {}) =>
      stage(argv, {
        ...options,
        app: {
          openApi: () => {
            const address = new URL(api.url).origin;
            return openApi({ address, environment: { SPAREGRID_TOKEN: token } });
          },
          ...options.app,
        },
      }),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}
