// Written from policy/policy.schema.json by `npm run types`.

/**
 * A kind of values.
 */
export type ValueType = 'string' | 'number' | 'boolean';

/**
 * A policy: what to mask in JSON, and what to put in its place.
 */
export interface PolicyDocument {
  allow?: Allow;
  /**
   * What replaces a match of a rule that has no action; `[REDACTED]` unless told.
   */
  default_replacement?: string;
  limits?: Limits;
  /**
   * What a stream does with a value that is larger than its window: `error` refuses the text, `mask` masks the value whole.
   * `error` unless told. Texts that are wholly in memory have no window.
   */
  oversize?: 'error' | 'mask';
  /**
   * What the texts are. `otlp`: OpenTelemetry's JSON; what a trace needs to hold together is never masked,
   * and rules can name attributes and kinds of spans. Left out: any JSON.
   */
  profile?: 'otlp';
  /**
   * The rules. Where matches of several overlap, the earliest rule decides what is written.
   *
   * @maxItems 32767
   */
  rules: Rule[];
  /**
   * The version of this format: 1.
   */
  version: number;
}
/**
 * What is never masked.
 */
export interface Allow {
  /**
   * Values of one of these OTLP attributes stay; globs, case ignored.
   *
   * @minItems 1
   */
  attributes?: string[];
  /**
   * Values under one of these keys stay; globs, case ignored.
   *
   * @minItems 1
   */
  keys?: string[];
  /**
   * Matches inside one of these texts stay.
   *
   * @minItems 1
   */
  literals?: string[];
  /**
   * Values at or under one of these paths stay; a part of RFC 9535 (JSONPath).
   *
   * @minItems 1
   */
  paths?: string[];
  /**
   * Matches inside a match of one of these regular expressions stay.
   *
   * @minItems 1
   */
  patterns?: string[];
}
/**
 * What a text may cost.
 */
export interface Limits {
  /**
   * Objects and lists open at once; a text that opens more is refused. 1024 unless told.
   */
  depth?: number;
  /**
   * Levels of JSON inside strings that are entered; 8 unless told.
   */
  nesting?: number;
}
/**
 * One rule: at most one matcher (`detect`, `pattern`, `patterns`, `literals`, `literals_file`), selectors that
 * say where, and at most one action (`replace`, `mask`, `hash`, `remove`). Without a matcher, the selected
 * values are masked as a whole.
 */
export interface Rule {
  /**
   * Selector: values of one of these OTLP attributes; globs, case ignored.
   *
   * @minItems 1
   */
  attributes?: string[];
  /**
   * Matcher: a built-in detector; or `host:NAME`, one that the program brings which masks.
   */
  detect?: string;
  /**
   * Never values of one of these OTLP attributes.
   *
   * @minItems 1
   */
  except_attributes?: string[];
  /**
   * Never values under one of these keys.
   *
   * @minItems 1
   */
  except_keys?: string[];
  /**
   * Never values at or under one of these paths.
   *
   * @minItems 1
   */
  except_paths?: string[];
  /**
   * What happens to a value at which a detector of the host fails: `mask` masks it whole, `refuse` fails the call. `mask`
   * unless told.
   */
  fail?: 'mask' | 'refuse';
  hash?: Hash;
  /**
   * What reports and metrics call the rule; unique in the policy.
   */
  id: string;
  /**
   * Upper and lower case are the same to the patterns or literals.
   */
  ignore_case?: boolean;
  /**
   * Selector: values under one of these keys, at any depth; globs, case ignored.
   *
   * @minItems 1
   */
  keys?: string[];
  /**
   * Matcher: texts, as they are.
   *
   * @minItems 1
   */
  literals?: string[];
  /**
   * Matcher: a file with one text a line.
   */
  literals_file?: string;
  mask?: Mask;
  /**
   * The most bytes of text that a detector of the host is handed; it counts as failing at longer values. 65536 unless told.
   */
  max_bytes?: number;
  /**
   * Selector: values at or under one of these paths; a part of RFC 9535 (JSONPath).
   *
   * @minItems 1
   */
  paths?: string[];
  /**
   * Matcher: a regular expression.
   */
  pattern?: string;
  /**
   * Matcher: several regular expressions; where more than one matches, the first decides.
   *
   * @minItems 1
   */
  patterns?: string[];
  /**
   * Action: write nothing in place of the match.
   */
  remove?: true;
  /**
   * Action: write this text in place of the match.
   */
  replace?: string;
  /**
   * The kinds of values that the rule may change. Unless told: what the detector says; strings for patterns
   * and literals; strings and numbers without a matcher.
   *
   * @minItems 1
   */
  types?: ValueType[];
  /**
   * A check that a match of `pattern` or `patterns` must pass as well: `luhn`, for example.
   */
  validate?: string;
  when?: When;
  /**
   * Literals match only where no letter, digit or underscore stands directly before or after.
   */
  whole_word?: boolean;
}
/**
 * Action: write a pseudonym, the same for the same text and key (HMAC-SHA-256).
 */
export interface Hash {
  /**
   * The key itself. Better in the environment: `key_env`.
   */
  key?: string;
  /**
   * The name of the environment variable that holds the key.
   */
  key_env?: string;
  /**
   * How many hexadecimal digits; 16 unless told.
   */
  length?: number;
}
/**
 * Action: write one character for each character.
 */
export interface Mask {
  /**
   * The character; `*` unless told.
   */
  char?: string;
  /**
   * How many characters stay at the front; 0 unless told.
   */
  keep_first?: number;
  /**
   * How many characters stay at the end; 0 unless told.
   */
  keep_last?: number;
}
/**
 * Selector: only in some spans.
 */
export interface When {
  /**
   * Kinds of spans (`TOOL`, `LLM`, ...), case ignored.
   *
   * @minItems 1
   */
  span_kind: string[];
}
