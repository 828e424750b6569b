/** Search attributes of a case: codes only, because they stay in clear. Lists and reports read the database instead. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const kindAttribute = defineSearchAttributeKey('FuquanKind', SearchAttributeType.KEYWORD);
export const institutionAttribute = defineSearchAttributeKey('FuquanInstitution', SearchAttributeType.KEYWORD);
export const stepAttribute = defineSearchAttributeKey('FuquanStep', SearchAttributeType.KEYWORD);

/** All of them, for the worker that registers them. */
export const caseSearchAttributes = [kindAttribute, institutionAttribute, stepAttribute] as const;
