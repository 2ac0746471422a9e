/**
 * What a caller takes for a result of `generate`. Pure.
 *
 * Who says nothing takes a new picture from any account that the host has configured: a host that configures a second
 * one wants it used. An earlier picture is taken only where the caller says so.
 */
import type { AcceptedProvenance } from "../../schemas/CallOptions.ts"

const unlessSaid: ReadonlyArray<AcceptedProvenance> = ["Live", "OtherProvider"]

/** Whether a result of this provenance is one for the caller. */
export const accepts = (
  call: { readonly accept: ReadonlyArray<AcceptedProvenance> | undefined },
  provenance: AcceptedProvenance
): boolean => (call.accept ?? unlessSaid).includes(provenance)
