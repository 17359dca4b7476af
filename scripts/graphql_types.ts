// Copyright the SpareGrid authors. Apache-2.0.
// Writes mod/api/schema_types.ts from schema.graphql.
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as resolvers from "@graphql-codegen/typescript-resolvers";
import { parse } from "graphql";

const HEAD = `// Copyright the SpareGrid authors. Apache-2.0.
// Made by scripts/graphql_types.ts from schema.graphql; a test compares. Do not edit.
// deno-lint-ignore-file
// deno-fmt-ignore-file
`;

/** Enumerations whose words inside are those of the rooms below. */
const ENUMS: Readonly<Record<string, string>> = {
  Change: "./client_needs.ts#ChangeName",
  Compression: "../job/mod.ts#Compression",
  DestinationKind: "../client/mod.ts#DestinationKind",
  EntryKind: "./client_needs.ts#EntryKindName",
  Overwrite: "../job/mod.ts#Overwrite",
  AccountState: "./enums.ts#AccountStateName",
  RunKind: "../client/mod.ts#RunKind",
  RunState: "../client/mod.ts#RunState",
  UserRole: "../account/mod.ts#UserRole",
};

/** Where the records of the API's types come from: what is not in a record is resolved. */
const RECORDS: Readonly<Record<string, readonly string[]>> = {
  needs: ["AuditEntry=AuditRecord", "AuditVerdict=AuditVerdictRecord", "Installation", "Setting"],
  server_needs: ["Account", "Invite", "StoredRepository"],
  client_needs: [
    "BackupSet",
    "Destination",
    "Difference",
    "Entry",
    "FileVersion",
    "Problem",
    "ReportLine",
    "Run",
    "Snapshot",
  ],
  records: [
    "Me=MeRecord",
    "Session",
    "SetDestination",
    "SignInPayload",
    "Token",
    "User",
    "AccountConnection",
    "AuditConnection",
    "BackupSetConnection",
    "DestinationConnection",
    "DifferenceConnection",
    "EntryConnection",
    "FileVersionConnection",
    "InviteConnection",
    "ProblemConnection",
    "RunConnection",
    "SnapshotConnection",
    "TokenConnection",
    "UserConnection",
  ],
};

function mappers(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(RECORDS).flatMap(([file, types]) =>
      types.map((entry) => {
        const [type, record] = entry.split("=");
        return [type!, `./${file}.ts#${record ?? `${type}Record`}`];
      })
    ),
  );
}

/** The TypeScript of the API's types and resolvers. */
export async function schemaTypes(): Promise<string> {
  const sdl = await Deno.readTextFile(new URL("../schema.graphql", import.meta.url));
  const body = await codegen({
    filename: "schema_types.ts",
    schema: parse(sdl),
    documents: [],
    config: {},
    plugins: [{
      typescript: {
        enumsAsTypes: true,
        enumValues: ENUMS,
        immutableTypes: true,
        // Where the schema has a default, there is always a value.
        avoidOptionals: { field: false, inputValue: false, object: false, defaultValue: true },
        disableDescriptions: true,
        useTypeImports: true,
        skipTypename: true,
        defaultScalarType: "unknown",
        scalars: { DateTime: "number", Size: "number", Duration: "number", JSON: "unknown", ID: "string" },
        inputMaybeValue: "T | null | undefined",
      },
    }, {
      resolvers: {
        contextType: "./context.ts#ApiContext",
        useTypeImports: true,
        makeResolverTypeCallable: true,
        mappers: mappers(),
        defaultScalarType: "unknown",
        scalars: { DateTime: "number", Size: "number", Duration: "number", JSON: "unknown", ID: "string" },
        immutableTypes: true,
        enumsAsTypes: true,
        enumValues: ENUMS,
        skipTypename: true,
        disableDescriptions: true,
      },
    }],
    pluginMap: { typescript, resolvers },
  });
  return HEAD + body;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("../mod/api/schema_types.ts", import.meta.url), await schemaTypes());
}
