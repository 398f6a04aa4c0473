import { join } from 'node:path'
import * as l10n from '@vscode/l10n'

/** Names the language of our programs, before whatever the terminal is set to. */
export const languageVariable = 'YOLOV5_SLIM_LANGUAGE'

/** Languages that our texts are in: English in the code, others in media/l10n. */
export type Language = 'en' | 'zh-cn'

type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** What the system is set to, where the terminal does not say. */
  readonly systemLocale: () => string
}

const surroundings: Surroundings = {
  env: process.env,
  platform: process.platform,
  systemLocale: () => Intl.DateTimeFormat().resolvedOptions().locale,
}

/**
 * The language that a person here reads: `YOLOV5_SLIM_LANGUAGE`, else the locale of messages as POSIX finds it
 * (LC_ALL, LC_MESSAGES, LANG; empty is unset). Windows and macOS often set none, and have a setting of their own.
 */
export function chooseLanguage({ env, platform, systemLocale } = surroundings): Language {
  const asked = env[languageVariable]
  if (asked) return languageOf(asked)
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG
  if (locale) return isWritable(locale) ? languageOf(locale) : 'en'
  return platform === 'win32' || platform === 'darwin' ? languageOf(systemLocale()) : 'en'
}

/**
 * Traditional Chinese (zh_TW, zh_HK, zh_MO, zh-Hant) reads English, as in VS Code, which has no Chinese but the
 * simplified for us: other characters and other words for the same things are no translation.
 */
function languageOf(locale: string): Language {
  const [language, ...rest] = (locale.split(/[.@]/)[0] ?? '').toLowerCase().split(/[-_]/)
  if (language !== 'zh') return 'en'
  const traditional = rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part))
  return traditional && !rest.includes('hans') ? 'en' : 'zh-cn'
}

/** We write UTF-8: to a terminal in GBK our Chinese would be noise. */
function isWritable(locale: string): boolean {
  const charset = /\.([^@]*)/.exec(locale)?.[1]
  return charset === undefined || /^utf-?8$/i.test(charset)
}

let spoken: Language = 'en'

/** Whether this process speaks Chinese or English, for what is not a text: the `lang` of a page. */
export function spokenLanguage(): Language {
  return spoken
}

/**
 * Lets this process speak the language that is read here. For the first line of an entry point: texts are translated
 * when they are made. English, which is in the code, costs no file.
 *
 * @param root folder of the package
 */
export function speak(root: string): void {
  spoken = chooseLanguage()
  setChildLanguage(spoken)
  if (spoken === 'en') return
  try {
    l10n.config({ fsPath: join(root, 'media', 'l10n', `bundle.l10n.${spoken}.json`) })
  } catch {
    // A copy without the translations still works, in English.
    spoken = 'en'
  }
}

let ofChildren: Readonly<Record<string, string>> = {}

/**
 * The language of processes that this one starts: the editor's is a setting that no variable tells, and Python need
 * not find out again what a terminal's variables mean.
 */
export function setChildLanguage(language: string): void {
  ofChildren = { [languageVariable]: language }
}

/** Part of the environment of every process of ours. */
export function childLanguage(): Readonly<Record<string, string>> {
  return ofChildren
}
