//! What people and models write, and what is planted in it.

use super::rng::Rng;

const ENGLISH: &str = "the customer asked about a refund for order and we checked whether payment had arrived before \
    calling back because their account shows two open invoices please let me know if this helps I can also send \
    you another summary of what was discussed last week in our meeting with legal team who want more details on \
    pricing limits models latency tokens context window retrieval results were good but some documents seem old \
    so index should be rebuilt tonight after deployment finished without errors thanks again have great day here is \
    plan first read file then search database finally answer user question step by step using only facts from above \
    never reveal internal notes or keys it's fine they're happy don't worry";

const FOREIGN: [&str; 6] = [
    "Überweisung für die Straße schlug fehl möchte zurück Grüße später müssen prüfen größer natürlich schöne",
    "déjà reçu problème très bientôt réponse client français où être sûr après février commande élève garçon",
    "proszę sprawdzić płatność zamówienie dziękuję wiadomość część później błąd użytkownik źródło śledzić żółty",
    "пожалуйста проверьте оплату заказа спасибо сообщение клиент вопрос ответ система ошибка сегодня завтра",
    "παρακαλώ ελέγξτε πληρωμή παραγγελία ευχαριστώ μήνυμα πελάτης ερώτηση απάντηση σύστημα σήμερα αύριο",
    "お客様 注文 確認 お支払い ありがとう メッセージ 質問 回答 システム 明日 返金 手続き 完了しました 担当者",
];

const EMOJI: [&str; 6] = ["🙂", "👍", "🎉", "😀", "✅", "🚀"];
const FIRST: [&str; 12] =
    ["anna", "ben", "chloe", "david", "elif", "felix", "grace", "hugo", "ines", "jonas", "kim", "lea"];
const LAST: [&str; 12] = [
    "adams", "brown", "castro", "duarte", "evans", "fischer", "garcia", "hansen", "ito", "jansen", "keller",
    "lopez",
];
const DOMAINS: [&str; 6] =
    ["example.com", "example.org", "mail.example.net", "example.edu", "corp.example.com", "shop.example.org"];
const AREAS: [&str; 6] = ["212", "312", "415", "503", "646", "718"];

/// Writes texts: words, and now and then something that looks a little like what is searched for.
#[derive(Clone, Debug)]
pub struct Author {
    english: Vec<&'static str>,
    foreign: Vec<Vec<&'static str>>,
}

impl Default for Author {
    fn default() -> Self {
        let words = |text: &'static str| text.split_whitespace().collect();
        Self { english: words(ENGLISH), foreign: FOREIGN.map(words).into() }
    }
}

impl Author {
    /// A sentence in English, in plain ASCII.
    pub fn sentence(&self, rng: &mut Rng) -> String {
        let mut text = String::new();
        let count = rng.between(6, 18);
        for i in 0..count {
            if i > 0 {
                text.push_str(if rng.once_in(12) { ", " } else { " " });
            }
            match rng.once_in(24) {
                true => text.push_str(&nearly(rng)),
                false => text.push_str(rng.pick(&self.english)),
            }
        }
        text.push_str(rng.pick(&[". ", ". ", ". ", "? ", "! ", ": ", ".\n", ".\n\n"]));
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text
    }

    /// A sentence in a language that needs more than ASCII.
    pub fn foreign_sentence(&self, rng: &mut Rng) -> String {
        let words = &self.foreign[rng.below(self.foreign.len())];
        let count = rng.between(6, 14);
        let mut text: Vec<String> = (0..count).map(|_| rng.pick(words).to_owned()).collect();
        if rng.once_in(4) {
            text.push(rng.pick(&EMOJI).to_owned());
        }
        if rng.once_in(4) {
            text.push(nearly(rng));
        }
        text.join(" ") + ". "
    }
}

/// What no rule of the presets matches, though a prefilter may have to look twice.
fn nearly(rng: &mut Rng) -> String {
    match rng.below(8) {
        0 => format!(
            "2026-{:02}-{:02}T{:02}:15:12.{}Z",
            rng.between(1, 12),
            rng.between(1, 28),
            rng.below(24),
            rng.digits(3)
        ),
        1 => format!("${}.{}", rng.below(1000), rng.digits(2)),
        2 => format!("v{}.{}.{}", rng.below(10), rng.below(30), rng.below(30)),
        3 => uuid(rng),
        4 => format!("@{}", rng.pick(&FIRST)),
        5 => format!("17{}", rng.digits(11)),
        6 => format!("#{}", rng.digits(5)),
        _ => format!("src/{}/{}.py:{}", rng.pick(&FIRST), rng.pick(&LAST), rng.below(900)),
    }
}

/// An identifier as tools write them, with letters in its first group and its last one.
pub fn uuid(rng: &mut Rng) -> String {
    format!("a{}c-4e{}-4{}-a{}-b{}d", rng.hex(6), rng.hex(2), rng.hex(3), rng.hex(3), rng.hex(10))
}

/// Something that the presets `langfuse-docs` and `default` both mask: an address, a telephone number, a card.
pub fn hit(rng: &mut Rng) -> String {
    match rng.below(3) {
        0 => format!("{}.{}@{}", rng.pick(&FIRST), rng.pick(&LAST), rng.pick(&DOMAINS)),
        1 => format!("{}-555-01{}", rng.pick(&AREAS), rng.digits(2)),
        _ => card(rng),
    }
}

fn card(rng: &mut Rng) -> String {
    let body = format!("4{}", rng.digits(14));
    let sum: u32 = body.bytes().rev().enumerate().map(|(i, b)| weigh(i, u32::from(b - b'0'))).sum();
    let digits = format!("{body}{}", (10 - sum % 10) % 10);
    match rng.once_in(2) {
        true => digits,
        false => [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join(" "),
    }
}

/// The part of a digit in the Luhn sum; places count from the right, without the check digit.
const fn weigh(place: usize, digit: u32) -> u32 {
    match (place.is_multiple_of(2), digit * 2) {
        (false, _) => digit,
        (true, twice) if twice > 9 => twice - 9,
        (true, twice) => twice,
    }
}
