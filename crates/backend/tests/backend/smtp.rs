//! Mail by SMTP, to a server of a few lines that writes down what it hears.

use std::sync::{Arc, Mutex};

use daemun_backend::{Chance, Clock, Config, SmtpConfig};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::visitor::House;

/// How the server receives a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// 451: come again.
    Busy,
    /// 550: never.
    Refuses,
    /// 530: not from you, as you are set up.
    WantsAPassword,
}

struct PostOffice {
    url: String,
    mood: Arc<Mutex<Mood>>,
    /// One entry for each attempt: the mail's text, empty if it was not taken.
    attempts: mpsc::UnboundedReceiver<String>,
}

impl PostOffice {
    async fn open(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(mood));
        let (heard, attempts) = mpsc::unbounded_channel();
        let shared = Arc::clone(&mood);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, heard) = (Arc::clone(&shared), heard.clone());
                tokio::spawn(async move { receive(stream, &shared, &heard).await });
            }
        });
        Self { url, mood, attempts }
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    async fn next(&mut self) -> String {
        self.attempts.recv().await.unwrap()
    }
}

/// As much of RFC 5321 as one mail needs.
async fn receive(stream: TcpStream, mood: &Mutex<Mood>, heard: &mpsc::UnboundedSender<String>) -> Option<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 sink\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let mood = *mood.lock().unwrap();
        let reply = match (verb.as_str(), mood) {
            ("RCPT", Mood::Busy) => {
                heard.send(String::new()).ok()?;
                "451 come again\r\n"
            }
            ("RCPT", Mood::Refuses) => {
                heard.send(String::new()).ok()?;
                "550 nobody here\r\n"
            }
            ("RCPT", Mood::WantsAPassword) => {
                heard.send(String::new()).ok()?;
                "530 authentication required\r\n"
            }
            ("DATA", _) => {
                writing.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                heard.send(mail).ok()?;
                "250 taken\r\n"
            }
            ("QUIT", _) => "221 bye\r\n",
            (_, _) => "250 ok\r\n",
        };
        writing.write_all(reply.as_bytes()).await.ok()?;
    }
    Some(())
}

async fn house(office: &PostOffice, clock: Clock) -> House {
    let smtp = Some(SmtpConfig { url: office.url.clone(), from: "Daemun <no-reply@daemun.example>".into() });
    House::with(|config| Config { smtp, clock, ..config }).await
}

#[tokio::test]
async fn a_code_arrives_by_smtp() {
    let mut office = PostOffice::open(Mood::Takes).await;
    let house = house(&office, Clock::manual_now()).await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await.at("code");
    let mail = office.next().await;
    let code = house.newest_code("minji@daemun.test").await;
    for line in [
        "From: Daemun <no-reply@daemun.example>",
        "To: minji@daemun.test",
        &format!("Subject: {code} is your sign-in code"),
        "Auto-Submitted: auto-generated",
        "Content-Type: text/plain; charset=utf-8",
        &code,
    ] {
        assert!(mail.lines().any(|heard| heard == line), "{line} in {mail}");
    }
    assert!(mail.lines().any(|line| line.starts_with("Message-ID: <") && line.ends_with("@daemun.example>")), "{mail}");
    minji.submit(json!({"code": code})).await.at("choose_workspace");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_the_answer_does_not_wait_for_it() {
    let mut office = PostOffice::open(Mood::Busy).await;
    let house = house(&office, Clock::manual_now()).await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await.at("code");
    assert_eq!(office.next().await, "");
    assert!(house.mails("minji@daemun.test").await.is_empty());
    house.advance(2);
    assert_eq!(office.next().await, "");
    assert!(house.mails("minji@daemun.test").await.is_empty());
    office.set(Mood::Takes);
    house.advance(5);
    let mail = office.next().await;
    let code = house.newest_code("minji@daemun.test").await;
    assert!(mail.contains(&code));
    assert_eq!(house.mails("minji@daemun.test").await.len(), 1);
    assert!(house.server.log_lines().iter().any(|line| line == "mail: attempt 2 (451) failed, tried again later"));
}

#[tokio::test]
async fn a_mail_outlives_a_restart_and_not_its_code() {
    let mut office = PostOffice::open(Mood::Busy).await;
    let clock = Clock::manual_now();
    let first = house(&office, clock.clone()).await;
    first.visitor().ask_code("minji@daemun.test").await.at("code");
    assert_eq!(office.next().await, "");
    assert!(first.mails("minji@daemun.test").await.is_empty());
    let directory = first.stop().await;
    office.set(Mood::Takes);
    clock.advance_seconds(60);
    let smtp = Some(SmtpConfig { url: office.url.clone(), from: "no-reply@daemun.example".into() });
    let database = directory.path().join("daemun.db");
    let second = House::with(|config| Config {
        smtp,
        database,
        clock: clock.clone(),
        // The same seed would draw the same ids again.
        chance: Chance::seeded(2),
        ..config
    })
    .await;
    assert!(!office.next().await.is_empty());
    assert_eq!(second.mails("minji@daemun.test").await.len(), 1);

    // One that could not be sent while its code worked is not sent at all.
    second.play("mail_down").await;
    second.visitor().ask_code("emma@daemun.test").await.at("code");
    assert!(second.mails("emma@daemun.test").await.is_empty());
    clock.advance_seconds(601);
    second.play("mail_up").await;
    assert!(second.mails("emma@daemun.test").await.is_empty());
    assert!(second.server.log_lines().iter().any(|line| line.starts_with("mail: given up")));
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_tried_again() {
    let mut office = PostOffice::open(Mood::Refuses).await;
    let house = house(&office, Clock::manual_now()).await;
    house.visitor().ask_code("minji@daemun.test").await.at("code");
    assert_eq!(office.next().await, "");
    assert!(house.mails("minji@daemun.test").await.is_empty());
    assert!(house.server.log_lines().iter().any(|line| line == "mail: given up after 0 attempts (550)"));
}

#[tokio::test]
async fn a_mail_waits_while_the_operator_mends_the_password() {
    let mut office = PostOffice::open(Mood::WantsAPassword).await;
    let house = house(&office, Clock::manual_now()).await;
    house.visitor().ask_code("minji@daemun.test").await.at("code");
    assert_eq!(office.next().await, "");
    assert!(house.mails("minji@daemun.test").await.is_empty());
    assert!(house.server.log_lines().iter().any(|line| line == "mail: attempt 1 (530) failed, tried again later"));
    office.set(Mood::Takes);
    house.advance(2);
    assert!(!office.next().await.is_empty());
    assert_eq!(house.mails("minji@daemun.test").await.len(), 1);
}
