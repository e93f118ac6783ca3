using System.Globalization;
using System.Xml.Linq;

namespace LinuxEvents.Benchmarks;

/// <summary>Draws the standings as bars, shorter is better; it reads well on light and on dark pages.</summary>
internal static class Chart
{
    private const int Width = 820, LabelWidth = 290, FigureWidth = 130, BarHeight = 18, Gap = 6, TitleHeight = 34;
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    public static XDocument Draw(IReadOnlyList<(Workload Workload, IReadOnlyList<Standing> Standings)> results)
    {
        XElement picture = new(s_svg + "svg", new XElement(s_svg + "style",
            "text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}.ours{fill:#2da44e}.theirs{fill:#8c959f}"
            + "@media(prefers-color-scheme:dark){text{fill:#adbac7}}"));
        int top = 0;
        foreach ((Workload workload, IReadOnlyList<Standing> standings) in results)
        {
            picture.Add(Text(0, top + 22, workload.Title, ("class", "title")));
            top += TitleHeight;
            double longest = standings.Max(static standing => standing.Cpu);
            foreach (Standing standing in standings)
            {
                double length = Math.Max(1, (Width - LabelWidth - FigureWidth) * standing.Cpu / longest);
                string side = standing.Name.StartsWith("LinuxEvents", StringComparison.Ordinal) ? "ours" : "theirs";
                picture.Add(
                    Text(LabelWidth - 8, top + 14, standing.Name, ("text-anchor", "end")),
                    new XElement(s_svg + "rect", new XAttribute("class", side), new XAttribute("x", LabelWidth), new XAttribute("y", top),
                        new XAttribute("width", length.ToString("F1", CultureInfo.InvariantCulture)), new XAttribute("height", BarHeight), new XAttribute("rx", 2)),
                    Text(LabelWidth + (int)length + 8, top + 14,
                        string.Create(CultureInfo.InvariantCulture, $"{standing.Cpu:N0} ns ({standing.RatioTo(standings[0]):F2})")));
                top += BarHeight + Gap;
            }

            top += 2 * Gap;
        }

        picture.Add(new XAttribute("viewBox", $"0 0 {Width} {top}"), new XAttribute("width", Width), new XAttribute("height", top),
            new XAttribute("role", "img"), new XElement(s_svg + "title", "Processor time per event; in brackets the ratio to the first bar"));
        return new XDocument(picture);
    }

    private static XElement Text(int x, int y, string text, params (string Name, string Value)[] attributes) => new(s_svg + "text",
        new XAttribute("x", x), new XAttribute("y", y), attributes.Select(static attribute => new XAttribute(attribute.Name, attribute.Value)), text);
}
