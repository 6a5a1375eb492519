"""Draw new digits: a generator against a discriminator."""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms
from torchvision.utils import save_image

latent_dim = 64
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])
dataset = datasets.MNIST("./data", train=True, download=True, transform=transform)
dataloader = DataLoader(dataset, batch_size=128, shuffle=True, drop_last=True)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(latent_dim, 64 * 7 * 7)
        self.up = nn.Sequential(
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1),
            nn.Tanh(),
        )

    def forward(self, z):
        x = self.fc(z).view(-1, 64, 7, 7)
        return self.up(x)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Dropout2d(0.3),
            nn.Conv2d(32, 64, 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 1),
        )

    def forward(self, img):
        return self.model(img)


generator = Generator().to(device)
discriminator = Discriminator().to(device)
adversarial_loss = nn.BCEWithLogitsLoss()
optimizer_G = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizer_D = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
fixed_noise = torch.randn(64, latent_dim, device=device)

for epoch in range(20):
    generator.train()
    for real, _ in dataloader:
        real = real.to(device)
        ones = torch.ones(real.size(0), 1, device=device)
        zeros = torch.zeros(real.size(0), 1, device=device)

        # the discriminator
        optimizer_D.zero_grad()
        z = torch.randn(real.size(0), latent_dim, device=device)
        fake = generator(z)
        d_loss = adversarial_loss(discriminator(real), ones) + adversarial_loss(discriminator(fake.detach()), zeros)
        d_loss.backward()
        optimizer_D.step()

        # the generator
        optimizer_G.zero_grad()
        g_loss = adversarial_loss(discriminator(fake), ones)
        g_loss.backward()
        optimizer_G.step()

    print(f"epoch {epoch}: D {d_loss.item():.3f}  G {g_loss.item():.3f}")
    generator.eval()
    with torch.no_grad():
        save_image(generator(fixed_noise), f"digits_{epoch:03d}.png", normalize=True)
