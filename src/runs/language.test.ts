import { describe, expect, it } from 'vitest'
import { childLanguage, chooseLanguage, languageVariable, setChildLanguage } from './language'

const unix = (env: Record<string, string>) =>
  chooseLanguage({ env, platform: 'linux', systemLocale: () => 'zh-CN' })

describe('chooseLanguage', () => {
  it.each([
    ['zh_CN.UTF-8', 'zh-cn'],
    ['zh_CN.utf8', 'zh-cn'],
    ['zh_CN', 'zh-cn'],
    ['zh', 'zh-cn'],
    ['zh_SG.UTF-8@pinyin', 'zh-cn'],
    ['zh_Hans_HK.UTF-8', 'zh-cn'],
    ['zh_TW.UTF-8', 'en'],
    ['zh_HK.UTF-8', 'en'],
    ['zh_Hant', 'en'],
    ['zh_CN.GB18030', 'en'],
    ['zh_CN.GBK@stroke', 'en'],
    ['en_US.UTF-8', 'en'],
    ['zhx_CN', 'en'],
    ['C', 'en'],
    ['POSIX', 'en'],
  ])('LANG=%s is %s', (LANG, language) => {
    expect(unix({ LANG })).toBe(language)
  })

  it('asks LC_ALL, then LC_MESSAGES, then LANG; empty is unset', () => {
    const zh = 'zh_CN.UTF-8'
    expect(unix({ LC_ALL: 'C', LC_MESSAGES: zh, LANG: zh })).toBe('en')
    expect(unix({ LC_ALL: '', LC_MESSAGES: zh, LANG: 'C' })).toBe('zh-cn')
    expect(unix({ LC_ALL: '', LC_MESSAGES: '', LANG: zh })).toBe('zh-cn')
    expect(unix({ LC_CTYPE: zh })).toBe('en')
  })

  it('lets our own variable decide, with VS Code’s names too', () => {
    const zh = 'zh_CN.UTF-8'
    expect(unix({ [languageVariable]: 'en', LC_ALL: zh })).toBe('en')
    expect(unix({ [languageVariable]: '', LC_ALL: zh })).toBe('zh-cn')
    expect(unix({ [languageVariable]: 'zh-cn', LC_ALL: 'C' })).toBe('zh-cn')
    expect(unix({ [languageVariable]: 'zh-tw', LC_ALL: zh })).toBe('en')
    expect(unix({ [languageVariable]: 'fr', LC_ALL: zh })).toBe('en')
  })

  it('asks the system only where terminals need not say', () => {
    const on = (platform: NodeJS.Platform, env: Record<string, string> = {}) =>
      chooseLanguage({ env, platform, systemLocale: () => 'zh-Hans-CN' })
    expect(on('win32')).toBe('zh-cn')
    expect(on('darwin')).toBe('zh-cn')
    expect(on('darwin', { LANG: 'en_US.UTF-8' })).toBe('en')
    expect(on('linux')).toBe('en')
  })
})

it('adds nothing to the environment of processes until a language is set', () => {
  expect(childLanguage()).toEqual({})
  setChildLanguage('zh-cn')
  expect(childLanguage()).toEqual({ YOLOV5_SLIM_LANGUAGE: 'zh-cn' })
})
