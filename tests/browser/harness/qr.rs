//! What a camera makes of the screen: a QR code is read by another implementation than ours.

use rqrr::PreparedImage;
use serde_json::json;

use super::member::{Member, Theme};

impl Member<'_> {
    /// What the only QR code on the screen holds.
    pub async fn scans(&self) -> String {
        self.runs("document.querySelector('.qr').scrollIntoView({ block: 'center' })").await;
        let picture = self.browser.driver.screenshot_as_png().await.expect("a picture of the page");
        let picture =
            image::load_from_memory_with_format(&picture, image::ImageFormat::Png).expect("a PNG").into_luma8();
        let (width, height) = picture.dimensions();
        let light = |x: usize, y: usize| picture.get_pixel(x.try_into().expect("x"), y.try_into().expect("y")).0[0];
        let mut prepared = PreparedImage::prepare_from_greyscale(width as usize, height as usize, light);
        let codes = prepared.detect_grids();
        assert_eq!(codes.len(), 1, "one QR code on the screen");
        codes[0].decode().expect("a QR code that can be read").1
    }

    /// It holds this in each theme and width, and where colours are forced.
    pub async fn scans_everywhere(&self, held: &str) {
        for theme in Theme::ALL {
            self.switches_theme(theme).await;
            for width in [320, 1280] {
                self.switches_width(width).await;
                assert_eq!(self.scans().await, held, "{}, {width} px", theme.name());
            }
        }
        // Forced colours leave it as it is.
        let forced = json!({ "features": [
            { "name": "forced-colors", "value": "active" }, { "name": "prefers-color-scheme", "value": "dark" },
        ] });
        self.browser.cdp("Emulation.setEmulatedMedia", forced).await;
        assert_eq!(self.scans().await, held, "forced colours");
        self.switches_theme(Theme::Light).await;
    }

    /// Whether there is one.
    pub async fn is_shown_qr(&self) -> bool {
        self.runs("return document.querySelector('.qr') !== null").await == true
    }
}
