// Unpacks the block of a page: text of gzip of JSON in columns, see kg/views/packing.py.
"use strict";

KG.packing = (() => {
  const FIRST = 0x23, NOTHING = 0x21, BASE = 91, BITS = 13;

  // Thirteen bits in two characters; "!" and "~" stand for "&" and "<", which a page may not have in a text.
  function bytes(text) {
    const found = new Uint8Array(Math.floor((text.length / 2) * BITS / 8));
    const digit = (at) => {
      const code = text.charCodeAt(at);
      return (code === 0x21 ? 0x26 : code === 0x7e ? 0x3c : code) - FIRST;
    };
    let held = 0, bits = 0, next = 0;
    for (let i = 0; i < text.length; i += 2) {
      held = (held << BITS) | (digit(i) * BASE + digit(i + 1));
      bits += BITS;
      while (bits >= 8 && next < found.length) found[next++] = (held >> (bits -= 8)) & 255;
      held &= (1 << bits) - 1;
    }
    return found;
  }

  // A part of the block. The stream says by itself where it ends; what fills up the last characters is cut off before.
  async function inflate(text) {
    const at = text.indexOf(" "), whole = bytes(text.slice(at + 1)).subarray(0, Number(text.slice(0, at)));
    return new Response(new Blob([whole]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }

  // The block from its two parts: the columns of the picture stand apart, those of its tables are put back.
  function joined(picture, rest) {
    const whole = { ...rest };
    for (const [name, columns] of Object.entries(picture)) whole[name] = { ...columns, ...rest[name] };
    return rows(whole);
  }

  // A column as a list: it is one, or a text of numbers, or of bytes in hexadecimal, or numbers that point to values.
  function column(given) {
    if (Array.isArray(given)) return given;
    if ("hex" in given) return hexadecimal(given);
    const numbers = [];
    for (let i = 0; i < given.at.length; i++) {
      const code = given.at.charCodeAt(i);
      numbers.push(code === NOTHING ? null : code - FIRST + given.least);
    }
    return given.of ? numbers.map((number) => given.of[number]) : numbers;
  }

  function hexadecimal({ hex, each }) {
    const raw = atob(hex), found = [];
    for (let i = 0; i < raw.length; i += each) {
      let text = "";
      for (let j = i; j < i + each; j++) text += (raw.charCodeAt(j) + 256).toString(16).slice(1);
      found.push(text);
    }
    return found;
  }

  function records(packed) {
    const columns = Object.entries(packed).map(([name, given]) => [name, column(given)]), found = [];
    for (let i = 0; columns.length && i < columns[0][1].length; i++) {
      const record = {};
      for (const [name, values] of columns) if (values[i] !== null) record[name] = values[i];
      found.push(record);
    }
    return found;
  }

  // Each character of a sentence is a word.
  function spelled({ words, texts }) {
    const spell = (text) => {
      let found = "";
      for (const sign of text) {
        const code = sign.codePointAt(0);
        found += words[code - FIRST - (code > 0xdfff ? 0x800 : 0)];
      }
      return found;
    };
    return texts.map((text) => (typeof text === "string" ? spell(text) : text.map(spell)));
  }

  function rows(packed) {
    const { evidence, ...block } = packed, sentences = spelled(packed.sentences);
    delete block.sentences;
    for (const name of ["classes", "predicates", "entities", "facts", "documents"]) block[name] = records(block[name]);
    const told = records(evidence), texts = sentences.map((text) => (typeof text === "string" ? null : text[0])), parts = [];
    let here = 0, next = 0;
    for (const fact of block.facts) {
      const other = fact.o === undefined ? fact.value : block.entities[fact.o].label, names = [block.entities[fact.s].label, other];
      fact.evidence = told.slice(next, (next += fact.evidence || 0));
      for (const item of fact.evidence) {
        item.sentence = here += item.sentence;
        parts.push(texts[here] === null ? signs(sentences, texts, here, names, fact) : []);
      }
    }
    told.forEach((item, i) => unfold(item, parts[i], (at) => texts[at] ?? sentences[at]));
    return block;
  }

  // Puts the names where signs stand for them, and says where that is.
  function signs(sentences, texts, at, names, fact) {
    const found = [];
    let text = "";
    for (const piece of sentences[at].split(/([\u0001\u0002])/)) {
      const which = piece === "\u0001" ? 0 : piece === "\u0002" ? 1 : -1;
      if (which >= 0) found.push([which ? (fact.o === undefined ? "value" : "object") : "subject", text.length, text.length + names[which].length]);
      text += which < 0 ? piece : names[which];
    }
    texts[at] = text;
    return found;
  }

  function unfold(item, found, sentence) {
    const { cut, sentence: here } = item, text = sentence(here), [before, after] = cut || [0, 0];
    for (const side of ["previous", "next"]) if (side in item) item[side] = sentence(here + item[side]);
    const moved = found.map(([role, start, end]) => [role, start - before, end - before]);
    Object.assign(item, { before: text.slice(0, before), quote: text.slice(before, text.length - after), after: text.slice(text.length - after) });
    item.parts = [...moved, ...(item.parts || [])].sort((a, b) => a[1] - b[1]);
  }

  return { inflate, joined, column };
})();
