//! The numbers of which one stands on the other screen: large, side by side, and one of them to be chosen (FEATURES L5).

use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;

use crate::i18n::{Text, said, say};
use crate::widgets::Live;

/// The group. Which one is chosen is its own: it is read when the form is sent.
#[derive(Clone)]
pub struct Numbers {
    numbers: Vec<String>,
    chosen: RwSignal<Option<String>>,
    /// It was sent without any.
    missing: RwSignal<bool>,
    first: NodeRef<html::Input>,
}

impl Numbers {
    pub fn new(numbers: Vec<String>) -> Self {
        Self { numbers, chosen: RwSignal::new(None), missing: RwSignal::new(false), first: NodeRef::new() }
    }

    /// The chosen one; where there is none, that is said at the group, and the focus goes there.
    pub fn chosen(&self) -> Option<String> {
        let chosen = self.chosen.get_untracked();
        if chosen.is_none() {
            self.missing.set(true);
            if let Some(first) = self.first.get_untracked() {
                let _ = first.focus();
            }
        }
        chosen
    }

    pub fn view(self) -> AnyView {
        let Self { numbers, chosen, missing, first } = self;
        let one = |(at, number): (usize, String)| {
            let node = if at == 0 { first } else { NodeRef::new() };
            let own = number.clone();
            let choose = move |_: Event| {
                chosen.set(Some(own.clone()));
                missing.set(false);
            };
            view! {
                <label><input type="radio" name="number" value=number.clone() node_ref=node on:change=choose/><span>{number}</span></label>
            }
            .into_any()
        };
        let numbers: Vec<AnyView> = numbers.into_iter().enumerate().map(one).collect();
        let complaint: Live = Box::new(move || {
            let said =
                || view! { <p class="wrong" data-code="required"><span>{said(Text::ApproveNumberMissing)}</span></p> };
            missing.get().then(|| said().into_any()).into_iter().collect()
        });
        view! {
            <fieldset class="numbers" aria-describedby="number-wrong">
                <legend>{say(Text::ApproveNumbers)}</legend>
                <div>{numbers}</div>
                <div role="alert" id="number-wrong">{complaint}</div>
            </fieldset>
        }
        .into_any()
    }
}
