// Copyright the SpareGrid authors. Apache-2.0.
// The rights that schema.graphql asks for, enforced in one place: no field of Query, Mutation or Subscription is reached
// without its @needs.
import { type ConstValueNode, defaultFieldResolver, type GraphQLField, type GraphQLSchema } from "graphql";
import { requireRight } from "../account/mod.ts";
import { SgError } from "../errors/mod.ts";
import type { Trail } from "./audit_trail.ts";
import { type Caller, identityOf } from "./callers.ts";
import type { ApiContext } from "./context.ts";
import type { Right } from "./schema_types.ts";

/** The right that a field of a root type takes. Throws where the schema says none: such a schema is not served. */
export function needOf(field: GraphQLField<unknown, unknown>): Right {
  const value = argumentOf(field, "right");
  if (value?.kind !== "EnumValue") throw new SgError("SG1023", `The field ${field.name} has no @needs`);
  return value.value as Right;
}

/** True for what takes a session whose user gave the password lately. */
export function needsProof(field: GraphQLField<unknown, unknown>): boolean {
  const value = argumentOf(field, "proof");
  return value?.kind === "BooleanValue" && value.value;
}

function argumentOf(field: GraphQLField<unknown, unknown>, argument: string): ConstValueNode | undefined {
  const directive = field.astNode?.directives?.find(({ name }) => name.value === "needs");
  return directive?.arguments?.find(({ name }) => name.value === argument)?.value;
}

/** Puts the rights before every field of the root types, and the audit trail round every mutation. */
export function guard(schema: GraphQLSchema, trail: Trail): GraphQLSchema {
  const fieldsOf = (type: ReturnType<GraphQLSchema["getQueryType"]>) =>
    Object.values(type?.getFields() ?? {}) as GraphQLField<unknown, ApiContext>[];
  for (const field of fieldsOf(schema.getQueryType())) {
    const need = needOf(field as GraphQLField<unknown, unknown>);
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (parent, args, context, info) => {
      allow(need, context.caller);
      return resolve(parent, args, context, info);
    };
  }
  for (const field of fieldsOf(schema.getMutationType())) {
    const need = needOf(field as GraphQLField<unknown, unknown>);
    const proof = needsProof(field as GraphQLField<unknown, unknown>);
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (parent, args, context, info) =>
      trail.write(field.name, args, context, async () => {
        allow(need, context.caller);
        checkCsrf(need, context);
        if (proof) context.needs.account.sessions.requireProof(identityOf(context.caller));
        return await resolve(parent, args, context, info);
      });
  }
  for (const field of fieldsOf(schema.getSubscriptionType())) {
    const need = needOf(field as GraphQLField<unknown, unknown>);
    const subscribe = field.subscribe;
    if (!subscribe) throw new SgError("SG1023", `The subscription ${field.name} has no resolver`);
    field.subscribe = (parent, args, context, info) => {
      allow(need, context.caller);
      return subscribe(parent, args, context, info);
    };
  }
  return schema;
}

/** SG1037 when nobody is signed in, SG1038 when the one who is may not. */
export function allow(need: Right, caller: Caller | undefined): void {
  if (need !== "NOBODY") requireRight(identityOf(caller).rights, need);
}

/** A browser sends cookies by itself, this header only for our own page. SG1038. */
function checkCsrf(need: Right, { caller, csrf, needs }: ApiContext): void {
  if (need === "NOBODY" || caller?.identity.kind !== "session") return;
  needs.account.sessions.requireCsrf(caller.identity, csrf);
}
