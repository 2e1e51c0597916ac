import { checkPositive, checkWhole, type JsonObject, LimbeckError } from '@limbeck/core';
import { factsToJson, type StudentFacts } from './student-facts.js';
import { idsOf, type StudentTokenizer } from './student-tokenizer.js';

/** The id that fills up shorter texts of a batch: the first behind the 256 bytes. */
export const padId = 256;

/**
 * The padding token's name. A tokenizer reads a special token's name as the token wherever a text holds it; these
 * noncharacters are reserved by Unicode for use inside programs, so no text should.
 */
const padToken = '\ufdd0limbeck-padding\ufdd1';

/** What the text files of a student say. */
export interface StudentFilesOptions extends StudentFacts {
  /** The labels, in the order of the logits. */
  readonly labels: readonly string[];
  /** How many bytes of a text the student reads; not for one with a tokenizer. */
  readonly maxBytes?: number;
  /** What turns texts into ids. @defaultValue none: a text's bytes are its ids */
  readonly tokenizer?: StudentTokenizer;
  /** The model's family, such as `hashed-ngrams`. */
  readonly family: string;
  /** The sha256 of the weights, lower-case hexadecimal. */
  readonly weightsSha256: string;
  /**
   * What a predictor divides the logits by; leave it out if the graph does, or if a calibration is given.
   * @defaultValue 1, and not written
   */
  readonly temperature?: number;
  /** Further fields of `config.json`'s `limbeck` object: enough to rebuild the model. @defaultValue none */
  readonly model?: JsonObject;
}

/**
 * The text files of a student's folder, by name: `config.json`, `tokenizer.json` and `tokenizer_config.json`.
 * With the ONNX files beside them under `onnx/`, transformers.js loads the folder as a text classifier. Without a tokenizer
 * of the caller's the ids are the text's UTF-8 bytes.
 *
 * The tokenizer of bytes is a BPE over the 256 byte characters without any merge. Its byte-level pre-tokenizer goes without
 * the usual regular expression, which has nothing to split here, and nothing is put before or after: a text's ids are
 * its bytes and no more.
 *
 * @throws LimbeckError `empty-data` without labels, `duplicate-name` for a label twice, `invalid-option` for a
 * `maxBytes` that is no whole number above 0, a temperature that is not above 0, or facts that cannot be stored;
 * `invalid-data` for a tokenizer that is none.
 */
export function studentFiles(options: StudentFilesOptions): { readonly [name: string]: string } {
  const { labels, maxBytes, tokenizer, family, weightsSha256, model, calibration } = options;
  // Versions that know no calibration read the temperature.
  const temperature =
    calibration?.kind === 'temperature' ? calibration.temperature : options.temperature;
  checkLabels(labels);
  if (temperature !== undefined)
    checkPositive('studentFiles', { temperature }, 'Leave it out for 1.');
  const reads = tokenizer === undefined ? bytesRead(maxBytes) : tokensRead(tokenizer);
  return {
    'config.json': text({
      // transformers.js picks the class by these two; the graph itself knows nothing of BERT.
      model_type: 'bert',
      architectures: ['BertForSequenceClassification'],
      problem_type: 'single_label_classification',
      vocab_size: reads.vocabulary,
      pad_token_id: reads.limbeck.padId,
      max_position_embeddings: reads.most,
      ...labelMaps(labels),
      limbeck: {
        // What older versions can read is written as they know it.
        formatVersion: tokenizer === undefined ? 1 : 2,
        family,
        ...reads.limbeck,
        ...(temperature === undefined ? {} : { temperature }),
        ...factsToJson(options, labels),
        weightsSha256,
        ...(model === undefined ? {} : { model }),
      },
    }),
    'tokenizer.json': reads.json,
    'tokenizer_config.json': reads.config,
  };
}

/** What the files say of how texts are read. */
interface Reads {
  readonly vocabulary: number;
  /** How many tokens of a text are read. */
  readonly most: number;
  readonly limbeck: JsonObject & { readonly padId: number };
  readonly json: string;
  readonly config: string;
}

function bytesRead(maxBytes: number | undefined): Reads {
  checkWhole('studentFiles', { maxBytes }, 1, 'Use the length that the student was trained on.');
  const most = maxBytes!;
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: most,
    pad_token: padToken,
    padding_side: 'right',
    truncation_side: 'right',
    clean_up_tokenization_spaces: false,
    model_input_names: ['input_ids', 'attention_mask'],
  };
  return {
    vocabulary: padId + 1,
    most,
    limbeck: { inputs: 'bytes', maxBytes: most, padId },
    json: text(tokenizer()),
    config: text(config),
  };
}

function tokensRead(tokenizer: StudentTokenizer): Reads {
  const vocabulary = idsOf(tokenizer);
  const { maxTokens, padId: own, json, config } = tokenizer;
  const plain = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    model_max_length: maxTokens,
    padding_side: 'right',
    truncation_side: 'right',
    model_input_names: ['input_ids', 'attention_mask'],
  };
  return {
    vocabulary,
    most: maxTokens,
    limbeck: { inputs: 'tokens', maxTokens, padId: own, vocabulary },
    json,
    config: config ?? text(plain),
  };
}

/** The `config.json` of a student that reads no text: its own inputs are fed. */
export function modelFiles(
  options: Pick<StudentFilesOptions, 'family' | 'weightsSha256' | 'model'> & {
    readonly labels?: readonly string[];
  },
): { readonly [name: string]: string } {
  const { labels, family, weightsSha256, model } = options;
  if (labels !== undefined) checkLabels(labels);
  return {
    'config.json': text({
      ...(labels === undefined ? {} : labelMaps(labels)),
      limbeck: {
        formatVersion: 1,
        family,
        inputs: 'tensors',
        weightsSha256,
        ...(model === undefined ? {} : { model }),
      },
    }),
  };
}

function labelMaps(labels: readonly string[]): JsonObject {
  return {
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
}

function tokenizer(): JsonObject {
  const byteLevel = {
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: false,
    use_regex: false,
  };
  const characters = byteCharacters();
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: padId,
        content: padToken,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: {
        ...Object.fromEntries(characters.map((character, byte) => [character, byte])),
        [padToken]: padId,
      },
      merges: [],
    },
  };
}

/**
 * The printable character that byte-level BPE writes for each byte: itself where Latin-1 prints it, otherwise the
 * next one from U+0100 on.
 *
 * @see Radford et al., "Language Models are Unsupervised Multitask Learners", 2019: `bytes_to_unicode` of its code.
 */
function byteCharacters(): readonly string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
}

function checkLabels(labels: readonly string[]): void {
  if (labels.length === 0) {
    throw new LimbeckError('empty-data', {
      where: 'studentFiles',
      given: 'no labels',
      expected: 'one for every logit',
      next: 'Pass the names of the classes in the order of the logits.',
    });
  }
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice === undefined) return;
  throw new LimbeckError('duplicate-name', {
    where: 'studentFiles',
    given: `the label ${JSON.stringify(twice)} twice`,
    expected: 'a name of its own for every class',
    next: 'Rename one of them, or merge the classes before training.',
  });
}

function text(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
