import * as v from 'valibot'
import { defineContract } from '../webview/contract'
import { formStages } from './stage'

const text = v.pipe(v.string(), v.maxLength(10_000))
const key = v.pipe(v.string(), v.maxLength(100))
const stage = v.picklist(formStages)
const values = v.record(key, text)
const choices = v.array(v.object({ value: v.string(), label: v.string() }))

/** What a page keeps over a reload of the window, and what the host is told of each change. */
export const formState = v.object({
  stage,
  /** Folder that the form works in, and of the run that the stage goes on from; empty for none. */
  root: text,
  parent: text,
  values,
})
export type FormState = v.InferOutput<typeof formState>

const fieldView = v.object({
  key,
  label: v.string(),
  hint: v.string(),
  control: v.picklist(['text', 'file', 'choice', 'switch']),
  choices,
  /** What an empty value means. */
  empty: v.string(),
  advanced: v.boolean(),
})
export type FieldView = v.InferOutput<typeof fieldView>

const finding = v.object({
  field: key,
  severity: v.picklist(['error', 'warning', 'information']),
  code: v.string(),
  text: v.string(),
  /** Label of what mends it; empty where nothing does. */
  fix: v.string(),
})

export const formContract = defineContract(
  [
    /** Something was typed or chosen; answered by `report` with the same number. */
    v.object({ type: v.literal('edit'), number: v.number(), state: formState }),
    /** Another stage, run or engine: answered by `form`. */
    v.object({
      type: v.literal('change'),
      what: v.picklist(['stage', 'parent']),
      state: formState,
    }),
    v.object({ type: v.literal('browse'), field: key, state: formState }),
    v.object({ type: v.literal('reset'), state: formState }),
    v.object({ type: v.literal('copy'), text }),
    v.object({ type: v.literal('start'), number: v.number(), state: formState }),
    /** What mends a finding. */
    v.object({ type: v.literal('fix'), code: key }),
  ],
  [
    v.object({
      type: v.literal('form'),
      state: formState,
      title: v.string(),
      /** Release and folder. */
      place: v.string(),
      stages: choices,
      /** Runs to go on from; empty where the stage starts from none. */
      parents: choices,
      fields: v.array(fieldView),
      startLabel: v.string(),
    }),
    v.object({ type: v.literal('value'), field: key, value: text }),
    v.object({
      type: v.literal('report'),
      /** Of the edit that it answers; 0 for a new form. */
      number: v.number(),
      findings: v.array(finding),
      command: v.string(),
    }),
    /** A stage is being prepared, which may take seconds. */
    v.object({ type: v.literal('busy'), busy: v.boolean() }),
  ],
)
export type FormContract = typeof formContract
