//! The page of a device authorization (RFC 8628): it shows the user code, where to enter it, and what happens then. It has no script: a
//! `Refresh` header of the response loads it again.

use leptos::prelude::*;

use crate::{build_files::BuildFiles, notice::document};

/// The content of the page; everything but the picture is escaped here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeviceNotice {
    /// The provider's name for people.
    pub provider: String,
    /// The user code.
    pub user_code: String,
    /// The address at which it is entered (`verification_uri`).
    pub address: String,
    /// The same address with the code in it (`verification_uri_complete`).
    pub address_with_code: Option<String>,
    /// The most complete of the addresses as a QR code: an SVG element, written unescaped.
    pub picture: Option<String>,
    /// Minutes until the code expires, rounded up.
    pub minutes: u64,
    /// A same-origin address that polls once more.
    pub poll_address: String,
}

/// The page as a whole HTML document in the style of the site.
#[must_use]
pub fn device_page(files: &BuildFiles, notice: DeviceNotice) -> String {
    document(files, "Sign in with a code", view! { <Code notice /> })
}

#[component]
fn Code(notice: DeviceNotice) -> impl IntoView {
    let minutes = if notice.minutes == 1 { "minute" } else { "minutes" };
    let good_for = format!("The code is good for {} more {minutes}.", notice.minutes);
    let camera = if notice.address_with_code.is_some() {
        "Or point your phone’s camera here: the code is in the address already."
    } else {
        "Or point your phone’s camera here instead of typing the address."
    };
    let (address, shown) = (notice.address.clone(), notice.address);
    let picture = notice.picture.map(|svg| {
        view! {
            <figure class="device-picture">
                <div inner_html=svg></div>
                <figcaption>{camera}</figcaption>
            </figure>
        }
    });
    let complete = notice.address_with_code.map(|address| {
        view! {
            <a class="button quiet" rel="external noreferrer" href=address>
                "Enter the code in this browser"
            </a>
        }
    });
    view! {
        <article class="device">
            <h1>"Sign in with a code"</h1>
            <p class="lead">"Use your phone or computer. You need no keyboard here."</p>
            <div class="device-ways">
                <ol>
                    <li>
                        <h2>"Open this address"</h2>
                        <p class="device-address">
                            <a rel="external noreferrer" href=address>
                                {shown}
                            </a>
                        </p>
                    </li>
                    <li>
                        <h2>"Enter this code"</h2>
                        <p class="device-code">
                            <code>{notice.user_code}</code>
                        </p>
                        <p class="soft">{good_for}</p>
                    </li>
                    <li>
                        <h2>{format!("Sign in there with {}", notice.provider)}</h2>
                        <p>
                            "This page looks every few seconds and goes on by itself. Whoever enters the code is who this screen \
                            is signed in as."
                        </p>
                    </li>
                </ol>
                {picture}
            </div>
            <p class="actions">
                <a class="button" rel="external" href=notice.poll_address>
                    "Look now"
                </a>
                {complete}
            </p>
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_with(change: impl FnOnce(&mut DeviceNotice)) -> String {
        let mut notice = DeviceNotice {
            provider: "Acme".to_owned(),
            user_code: "BCDF-GHJK".to_owned(),
            address: "https://idp.example/device".to_owned(),
            address_with_code: Some("https://idp.example/device?user_code=BCDF-GHJK".to_owned()),
            picture: Some("<svg role=\"img\"></svg>".to_owned()),
            minutes: 10,
            poll_address: "/auth/device/wait?return_to=%2F".to_owned(),
        };
        change(&mut notice);
        device_page(&BuildFiles::named("pkg", "portico", |_| None), notice)
    }

    #[test]
    fn si_8_the_page_shows_code_address_picture_and_what_happens_next() {
        let html = page_with(|_| {});
        for part in [
            "<code>BCDF-GHJK</code>",
            ">https://idp.example/device</a>",
            "href=\"https://idp.example/device?user_code=BCDF-GHJK\"",
            "<svg role=\"img\"></svg>",
            "good for 10 more minutes.",
            "Sign in there with Acme",
            "href=\"/auth/device/wait?return_to=%2F\"",
            "goes on by itself",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<script"), "{html}");
        assert!(page_with(|notice| notice.minutes = 1).contains("good for 1 more minute."));
    }

    #[test]
    fn si_8_a_provider_without_a_complete_address_has_no_link_to_it() {
        let html = page_with(|notice| (notice.address_with_code, notice.picture) = (None, None));
        assert!(!html.contains("?user_code=") && !html.contains("<figure"), "{html}");
    }

    #[test]
    fn si_8_the_page_escapes_texts_of_the_provider() {
        let bad = "\"><script>alert(1)</script>";
        let html = page_with(|notice| {
            for text in [
                &mut notice.provider,
                &mut notice.user_code,
                &mut notice.address,
                &mut notice.poll_address,
            ] {
                bad.clone_into(text);
            }
            notice.address_with_code = Some(bad.to_owned());
        });
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("\"\">"), "{html}");
    }
}
