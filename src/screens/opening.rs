//! Nothing is known of the flow yet. Quick answers are never seen here: the words fade in late.

use leptos::prelude::*;

use crate::i18n::{Text, say};
use crate::widgets::heading::heading;

pub fn view() -> AnyView {
    view! { <section class="screen late" role="status">{heading(say(Text::OpeningTitle))}</section> }.into_any()
}
