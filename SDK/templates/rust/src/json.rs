// SPDX-License-Identifier: 0BSD
//! As much JSON as a driver needs: members of the flat configuration, and texts of a device made safe.

/// Reads the text at the start of `json`: its value, and what follows it.
fn string(json: &str) -> Option<(String, &str)> {
    let mut rest = json.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        let next = match rest.next()? {
            '"' => return Some((value, rest.as_str())),
            '\\' => match rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code = u32::from_str_radix(rest.as_str().get(..4)?, 16).ok()?;
                    rest = rest.as_str().get(4..)?.chars();
                    char::from_u32(code)?
                }
                other => other,
            },
            other => other,
        };
        value.push(next);
    }
}

/// The value of a top-level member of a flat object, and what follows it.
fn find<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let (name, after) = string(&rest[start..])?;
        rest = after;
        if let Some(value) = after.trim_start().strip_prefix(':') {
            if name == key {
                return Some(value.trim_start());
            }
            rest = value;
        }
    }
    None
}

/// A text member; None when it is not there or no text.
pub fn text(json: &str, key: &str) -> Option<String> {
    string(find(json, key)?).map(|(value, _)| value)
}

/// An integer member; None when it is not there or no integer of i64.
pub fn integer(json: &str, key: &str) -> Option<i64> {
    let value = find(json, key)?;
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(value.len());
    if value[end..].starts_with(&['.', 'e', 'E'][..]) {
        return None;
    }
    value[..end].parse().ok()
}

/// Whether a member is an array that has this text, such as a quirk among the configuration's `quirks`.
#[allow(dead_code)]
pub fn has(json: &str, key: &str, word: &str) -> bool {
    let mut rest = find(json, key).and_then(|value| value.strip_prefix('['));
    while let Some(text) = rest {
        let text = text.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
        match string(text) {
            Some((found, _)) if found == word => return true,
            next => rest = next.map(|(_, after)| after),
        }
    }
    false
}

/// `text` as a JSON string with its quotes; control characters become spaces.
pub fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        if c == '"' || c == '\\' {
            json.push('\\');
        }
        json.push(if c.is_control() { ' ' } else { c });
    }
    json + "\""
}

/// Words with commas between them as a JSON array of texts.
pub fn words(text: &str) -> String {
    let words: Vec<String> = text.split(',').filter(|word| !word.is_empty()).map(quoted).collect();
    format!("[{}]", words.join(","))
}
