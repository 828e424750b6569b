/** Which input of a deadline an error is about; the command line names the column by it. */
export type DeadlineField = 'start' | 'bound' | 'n' | 'unit' | 'countsFirstDay';

export type TimeErrorCode =
  | 'date.malformed'
  | 'date.noSuchDay'
  | 'date.outOfRange'
  | 'instant.malformed'
  | 'instant.outOfRange'
  | 'number.notWhole'
  | 'bound.unknown'
  | 'unit.unknown'
  | 'n.notPositiveInteger'
  | 'n.tooLarge'
  | 'countsFirstDay.notBoolean'
  | 'calendar.invalid';

/** What is wrong, for a program (`code`) and for a person (`zh`, `en`). */
export interface Explained {
  code: string;
  zh: string;
  en: string;
}

/** Every error of this folder: a stable code and the same sentence in Chinese and English. */
export class TimeError extends Error implements Explained {
  readonly code: TimeErrorCode;
  readonly zh: string;
  readonly en: string;
  readonly field?: DeadlineField;

  constructor(code: TimeErrorCode, zh: string, en: string, field?: DeadlineField) {
    super(`${zh} / ${en}`);
    this.name = 'TimeError';
    this.code = code;
    this.zh = zh;
    this.en = en;
    if (field) this.field = field;
  }
}
