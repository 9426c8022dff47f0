//! Keys and tokens of providers, by the prefixes that they publish.

use super::{Detector, Search};
use spanmask_core::validate::Validator;

pub(super) const AWS: Detector = Detector {
    name: "aws_key",
    description: "AWS access key ids, and secret keys and session tokens behind their names.",
    source: "AWS IAM User Guide, unique identifiers (AKIA, ASIA, ABIA, ACCA) and access keys; A3T as older ids begin",
    searches: &[
        Search::new(
            concat!(start!(), r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?-u:\b)"),
            Validator::BehindEscape,
        ),
        Search::new(
            concat!(
                r#"(?i-u:secret[\s_-]?(?:access[\s_-]?)?key(?:[_-]?id)?(?:\sis)?)[\s:=>,"'`\\(\[]{1,8}[A-Za-z0-9/+]{40,}"#,
                r#"|(?i-u:(?:aws|session|security)[\s_-]?token(?:\sis)?)[\s:=>,"'`\\(\[]{1,8}[A-Za-z0-9/+]{100,}=*"#,
            ),
            Validator::KeyedToken,
        ),
        Search::new(r"[A-Za-z0-9/+]{40,}", Validator::Token).under(&[
            "*aws_secret",
            "*aws_secret_key",
            "*secret_access_key",
            "*secretaccesskey",
            "*secret-access-key",
        ]),
    ],
};

pub(super) const GOOGLE: Detector = Detector {
    name: "google_key",
    description: "Google API keys, OAuth access and refresh tokens, and OAuth client secrets.",
    source: "Google Cloud documentation: API keys (AIza), OAuth 2.0 tokens (ya29., 1//) and client secrets (GOCSPX-)",
    searches: &[Search::new(
        concat!(
            start!(),
            r"(?:AIza[0-9A-Za-z_-]{35,}|ya29\.[0-9A-Za-z_-]{20,}(?:\.[0-9A-Za-z_-]+)*|GOCSPX-[0-9A-Za-z_-]{20,}",
            r"|1//0[0-9A-Za-z_-]{40,}|AQ\.Ab[0-9A-Za-z_-]{40,})",
        ),
        Validator::Token,
    )],
};

pub(super) const GITHUB: Detector = Detector {
    name: "github_token",
    description: "GitHub personal, OAuth, user-to-server, server-to-server and refresh tokens.",
    source: "GitHub documentation: token formats (ghp_, gho_, ghu_, ghs_, ghr_, github_pat_)",
    searches: &[Search::new(
        concat!(start!(), r"(?:gh[pousr]_[A-Za-z0-9_]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
        Validator::Token,
    )],
};

pub(super) const SLACK: Detector = Detector {
    name: "slack_token",
    description: "Slack tokens of every kind, and webhook URLs.",
    source: "Slack API documentation: token types (xoxb-, xoxp-, xapp- …), incoming webhooks",
    searches: &[Search::new(
        concat!(
            start!(),
            r"(?:(?:xoxe\.)?xox[a-z]-[0-9A-Za-z%/+-]{10,}|xapp-[0-9]-[0-9A-Za-z-]{10,}",
            r"|https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[0-9A-Za-z/_+-]{16,})",
        ),
        Validator::Token,
    )],
};

pub(super) const STRIPE: Detector = Detector {
    name: "stripe_key",
    description: "Stripe secret keys, restricted keys and webhook secrets, live and test.",
    source: "Stripe documentation: API keys (sk_, rk_), webhook signatures (whsec_)",
    searches: &[Search::new(
        concat!(start!(), r"(?:[sr]k_(?:live|test|prod)_[0-9A-Za-z_]{10,}|whsec_[0-9A-Za-z+/_-]{16,}=*)"),
        Validator::Token,
    )],
};

pub(super) const ANTHROPIC: Detector = Detector {
    name: "anthropic_key",
    description: "Anthropic API keys, admin keys and OAuth tokens.",
    source: "Anthropic API documentation: keys begin with sk-ant-",
    searches: &[Search::new(concat!(start!(), r"sk-ant-[0-9A-Za-z_-]{16,}"), Validator::Token)],
};

pub(super) const OPENAI: Detector = Detector {
    name: "openai_key",
    description: "OpenAI keys of users, projects, service accounts and administrators, and OpenRouter's in their form.",
    source: "OpenAI API documentation: keys begin with sk-, sk-proj-, sk-svcacct-, sk-admin-; OpenRouter: sk-or-v1-",
    searches: &[Search::new(
        concat!(
            start!(),
            r"sk-(?:(?:proj|svcacct|service|admin|test|live|None|or-v1)-[0-9A-Za-z_-]{16,}",
            r"|(?:[a-z]{2,12}-(?:[0-9a-z]{1,8}-)?[0-9A-Za-z]{32,}|[0-9A-Za-z]{20,})[0-9A-Za-z_-]*)",
        ),
        Validator::RandomToken,
    )],
};

pub(super) const LANGFUSE: Detector = Detector {
    name: "langfuse_key",
    description: "Langfuse secret keys; public keys (pk-lf-) may be seen.",
    source: "Langfuse documentation: API keys (sk-lf-)",
    searches: &[Search::new(concat!(start!(), r"sk-lf-[0-9A-Za-z-]{16,}"), Validator::Token)],
};
