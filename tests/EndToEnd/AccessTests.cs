using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>Signing in and out in a real browser, over plain HTTP on loopback as after a first start.</summary>
[Collection(LookingTests.Name)]
public sealed class AccessTests(Chromium chromium, Site site)
{
    private const string Password = "a sentence to remember";

    [Fact]
    public async Task NewAccount_ByItsLink_SignsInLooksAndLosesThePageAtOnceWhenItIsDisabled()
    {
        IPage admin = await chromium.OpenAsync(new Uri(site.Address, "/accounts"));
        string link = await MakeViewerAsync(admin);

        IPage viewer = await chromium.OpenAsync(new Uri(link), browser: options => options.JavaScriptEnabled = false, isSignedIn: false);
        await PictureAsync(viewer, "welcome-light");
        await viewer.GetByLabel("Password").FillAsync(Password);
        await viewer.GetByLabel("Once more").FillAsync(Password);
        await viewer.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on" }).ClickAsync();
        await Expect(viewer).ToHaveURLAsync(new Uri(site.Address, "/").ToString());
        string cookie = (await viewer.Context.CookiesAsync()).Single(one => one.Name == SignedIn.Cookie).Value;

        IPage live = await chromium.OpenAsync(site.Address, isSignedIn: false, session: cookie);
        await Expect(live.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Import" })).ToHaveCountAsync(0);
        await live.GotoAsync(new Uri(site.Address, "/accounts").ToString());
        await Expect(live.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Your account may not open this page" })).ToBeVisibleAsync();

        await live.GotoAsync(site.Address.ToString());
        await Chromium.InteractiveAsync(live);
        await admin.Locator("tr[data-account=viola]").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Change" }).ClickAsync();
        await admin.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Disable" }).ClickAsync();
        await Expect(live.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "You are signed out" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, "light")]
    [InlineData(ColorScheme.Dark, "dark")]
    public async Task SignIn_WrongThenLeftAlone_SaysSoAndIsAccessible(ColorScheme scheme, string theme)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "/history"), scheme, browser: options => options.JavaScriptEnabled = true, isSignedIn: false, isInteractive: false);
        await Expect(page).ToHaveURLAsync(SignInWithReturn());
        await page.GetByLabel("Name").FillAsync("admin");
        await page.GetByLabel("Password").FillAsync("not the password at all");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The name or the password is wrong.");
        await AccessibilityTests.AssertAccessibleAsync(page);
        await PictureAsync(page, $"sign-in-{theme}");
    }

    [Fact]
    public async Task SignOut_ByTheMenu_LeadsToTheSignInAndBackIsShut()
    {
        IPage admin = await chromium.OpenAsync(new Uri(site.Address, "/accounts"));
        string link = await MakeViewerAsync(admin, "otto");
        IPage page = await chromium.OpenAsync(new Uri(link), isSignedIn: false, isInteractive: false);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByLabel("Once more").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on" }).ClickAsync();
        await Chromium.InteractiveAsync(page);

        await page.Locator(".account-menu summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign out" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Sign in" })).ToBeVisibleAsync();
        await page.GotoAsync(new Uri(site.Address, "/history").ToString());
        await Expect(page).ToHaveURLAsync(SignInWithReturn());
    }

    private static async Task<string> MakeViewerAsync(IPage admin, string name = "viola")
    {
        await admin.GetByLabel("Name", new PageGetByLabelOptions { Exact = true }).FillAsync(name);
        await admin.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make it, and a link for the password" }).ClickAsync();
        return await admin.Locator("[data-link] code").InnerTextAsync();
    }

    private static async Task PictureAsync(IPage page, string name) =>
        Assert.NotEmpty(await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Directory.CreateDirectory(Product.Screenshots).FullName, name + ".png") }));

    private static Regex SignInWithReturn() => new(@"/sign-in\?return=%2Fhistory$", RegexOptions.None, TimeSpan.FromSeconds(1));
}
