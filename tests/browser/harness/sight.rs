//! What a person sees of the page at one moment, as far as tests ask about it.

use std::fmt;

use serde::Deserialize;

/// The script that looks.
pub const LOOK: &str = include_str!("sight.js");

#[derive(Clone, Debug, Deserialize)]
pub struct Sight {
    pub url: String,
    /// `data-screen`: the type of the step, or what stands in for one.
    pub screen: String,
    /// `data-state`.
    pub state: String,
    /// `data-rev`; 0 before there is a flow.
    pub rev: u64,
    /// `data-app`: `shell`, `ready` or `failed`.
    pub app: String,
    /// `data-page` of a page that is not the app's, such as `home`.
    pub page: String,
    /// Who is signed in, on the home page.
    pub email: String,
    /// Where they are signed in, on the home page.
    pub workspace: String,
    pub lang: String,
    pub dir: String,
    pub title: String,
    /// All visible text.
    pub text: String,
    /// What is said with a code.
    pub said: Vec<Said>,
    pub fields: Vec<Field>,
    /// Visible actions.
    pub actions: Vec<Offered>,
    pub focus: Focus,
    /// What is asked of a new password.
    pub checklist: Vec<Asked>,
    /// The languages that can be chosen, where the choice is to be seen.
    pub languages: Vec<String>,
    /// The flow in `history.state`.
    pub flow: String,
    /// Violations of the Content Security Policy and of Trusted Types on this page.
    pub violations: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Said {
    pub code: String,
    pub text: String,
    /// Whether a screen reader says it by itself.
    pub announced: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub value: String,
    pub autocomplete: String,
    /// Whether a box is ticked.
    pub checked: bool,
    pub seen: bool,
    pub editable: bool,
    pub invalid: bool,
    /// The codes of the messages that describe it.
    pub described_by_codes: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Offered {
    pub name: String,
    pub workspace: String,
    /// Which second factor is chosen by it.
    pub factor: String,
    pub label: String,
    /// Where a link leads.
    pub href: String,
    pub usable: bool,
}

/// One thing that is asked of a new password.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    pub text: String,
    pub met: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Focus {
    pub tag: String,
    pub field: String,
    pub action: String,
    pub text: String,
    pub seen: bool,
    pub in_main: bool,
}

impl Sight {
    /// Whether the app is in charge and waits for the member.
    pub fn is_settled(&self) -> bool {
        self.app == "ready" && matches!(self.state.as_str(), "idle" | "error")
    }

    pub fn says(&self, code: &str) -> bool {
        self.said.iter().any(|said| said.code == code)
    }

    /// The text that is said with this code.
    pub fn words_of(&self, code: &str) -> String {
        let said = self.said.iter().find(|said| said.code == code);
        said.unwrap_or_else(|| panic!("nothing says `{code}`:\n{self}")).text.clone()
    }

    pub fn field(&self, name: &str) -> &Field {
        let field = self.fields.iter().find(|field| field.name == name);
        field.unwrap_or_else(|| panic!("there is no field `{name}`:\n{self}"))
    }

    pub fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name && field.seen)
    }

    /// The box of these terms.
    pub fn tick(&self, terms: &str) -> &Field {
        let tick = self.fields.iter().find(|field| field.name == "terms" && field.value == terms);
        tick.unwrap_or_else(|| panic!("there is no box for `{terms}`:\n{self}"))
    }

    /// For each thing that is asked of a new password, whether it is there.
    pub fn met(&self) -> Vec<bool> {
        self.checklist.iter().map(|asked| asked.met).collect()
    }

    pub fn offers(&self, action: &str) -> bool {
        self.actions.iter().any(|offered| offered.name == action)
    }

    pub fn can(&self, action: &str) -> bool {
        self.actions.iter().any(|offered| offered.name == action && offered.usable)
    }

    /// What stands on the button of an action.
    pub fn label_of(&self, action: &str) -> &str {
        let offered = self.actions.iter().find(|offered| offered.name == action);
        &offered.unwrap_or_else(|| panic!("`{action}` is not offered:\n{self}")).label
    }

    /// The second factors that can be chosen, with what their buttons say.
    pub fn factors(&self) -> Vec<(&str, &str)> {
        let choices = self.actions.iter().filter(|offered| !offered.factor.is_empty());
        choices.map(|offered| (offered.factor.as_str(), offered.label.as_str())).collect()
    }

    pub fn path(&self) -> String {
        url::Url::parse(&self.url).map_or_else(|_| String::new(), |url| url.path().to_owned())
    }

    pub fn origin(&self) -> String {
        url::Url::parse(&self.url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  at {} ({:?}, {} {})", self.url, self.title, self.lang, self.dir)?;
        if !self.page.is_empty() {
            writeln!(f, "  page {} of {} in {}", self.page, self.email, self.workspace)?;
        }
        writeln!(f, "  screen {:?}, state {:?}, rev {}, app {:?}", self.screen, self.state, self.rev, self.app)?;
        for said in &self.said {
            writeln!(f, "  said [{}] {}", said.code, said.text)?;
        }
        for field in &self.fields {
            let how = if field.seen { "" } else { " (unseen)" };
            let wrong = if field.invalid { " (invalid)" } else { "" };
            let ticked = if field.checked { " (ticked)" } else { "" };
            writeln!(f, "  field {} = {:?}{how}{wrong}{ticked}", field.name, field.value)?;
        }
        for action in &self.actions {
            let how = if action.usable { "" } else { " (not now)" };
            writeln!(f, "  action {} {}{} {:?}{how}", action.name, action.workspace, action.factor, action.label)?;
        }
        for asked in &self.checklist {
            writeln!(f, "  asked {:?}: {}", asked.text, asked.met)?;
        }
        let focus = &self.focus;
        writeln!(f, "  focus on <{}> {}{} {:?}", focus.tag, focus.field, focus.action, focus.text)?;
        for violation in &self.violations {
            writeln!(f, "  violation {violation}")?;
        }
        for line in self.text.lines() {
            writeln!(f, "  | {line}")?;
        }
        Ok(())
    }
}
