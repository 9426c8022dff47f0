//! The JSON Schema of policy documents, for editors and other tools.

/// The schema (draft 2020-12) as JSON text.
#[must_use]
pub fn json_schema() -> String {
    include_str!("../policy.schema.json").to_owned()
}

#[cfg(test)]
mod tests {
    use crate::document::Fields;
    use schemars::generate::SchemaSettings;
    use schemars::transform::{RecursiveTransform, Transform};
    use serde_json::{Value, json};

    /// Fields that may be left out are not fields that may be `null`.
    fn without_null(schema: &mut schemars::Schema) {
        let null = json!("null");
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| *name != null);
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        let Some(Value::Array(either)) = schema.get("anyOf") else { return };
        let reference = either.iter().find_map(|one| one.get("$ref").cloned());
        if let (2, Some(reference)) = (either.len(), reference) {
            schema.remove("anyOf");
            schema.insert("$ref".to_owned(), reference);
        }
    }

    fn generated() -> Value {
        let settings = SchemaSettings::draft2020_12();
        let mut schema = settings.into_generator().into_root_schema_for::<Fields>();
        RecursiveTransform(without_null).transform(&mut schema);
        schema.to_value()
    }

    /// Compared as values: the order of members depends on features of other crates.
    #[test]
    fn the_committed_schema_is_that_of_the_fields() {
        let generated = generated();
        if std::env::var_os("SPANMASK_WRITE_SCHEMA").is_some() {
            let text = serde_json::to_string_pretty(&generated).unwrap() + "\n";
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/policy.schema.json"), text).unwrap();
            return;
        }
        let committed: Value = serde_json::from_str(&super::json_schema()).unwrap();
        assert!(committed == generated, "run the test with SPANMASK_WRITE_SCHEMA=1 to write the schema anew");
    }

    #[test]
    fn the_schema_is_strict_and_described() {
        let text = super::json_schema();
        assert!(text.ends_with("}\n"));
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["required"], json!(["version", "rules"]));
        let definitions = schema["$defs"].as_object().unwrap();
        for (name, object) in definitions.iter().chain([(&"policy".to_owned(), &schema)]) {
            if object["type"] != "object" {
                continue;
            }
            assert_eq!(object["additionalProperties"], false, "{name}");
            for (field, property) in object["properties"].as_object().unwrap() {
                assert!(property["description"].is_string(), "{name}.{field}");
            }
        }
    }
}
